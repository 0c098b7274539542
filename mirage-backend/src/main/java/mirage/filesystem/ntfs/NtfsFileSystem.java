package mirage.filesystem.ntfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** An NTFS file system. Holds nothing between walks, so that walks may run beside one another. */
final class NtfsFileSystem implements FileSystem {
    private final ByteSource volume;
    private final NtfsBootSector boot;
    private final String label;
    private final Warnings warnings;

    private NtfsFileSystem(
            ByteSource volume, NtfsBootSector boot, String label, Warnings warnings) {
        this.volume = volume;
        this.boot = boot;
        this.label = label;
        this.warnings = warnings;
    }

    /**
     * @throws FormatException when there is no MFT
     */
    static NtfsFileSystem open(
            ByteSource volume, NtfsBootSector boot, Warnings warnings, WorkBudget opening)
            throws IOException {
        NtfsVolume reader = new NtfsVolume(volume, boot, warnings, opening);
        NtfsFileReader files = new NtfsFileReader(reader, new NtfsRecordTable(reader));
        NtfsVolumeFile about = NtfsVolumeFile.read(reader, files);
        if (about.isDirty()) {
            reader.warn("$Volume: it is marked as dirty, to be checked");
        }
        if (NtfsLogFile.isDirty(reader, files)) {
            reader.warn("$LogFile: it has work that is not finished, and is not replayed");
        }
        return new NtfsFileSystem(volume, boot, about.label().toString(), warnings);
    }

    @Override
    public String type() {
        return "ntfs";
    }

    @Override
    public String label() {
        return label;
    }

    /** The serial number, in 16 hexadecimal digits. */
    @Override
    public String uuid() {
        return String.format(Locale.ROOT, "%016X", boot.serial());
    }

    @Override
    public long sizeBytes() {
        return Math.min(boot.sizeBytes(), volume.length());
    }

    @Override
    public int blockSizeBytes() {
        return boot.clusterSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        NtfsVolume reader =
                new NtfsVolume(volume, boot, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new NtfsTree(reader), visitor).run();
    }

    /** A file may have several streams that are compressed: it is the one that lies where the record says. */
    @Override
    public ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        NtfsVolume reader =
                new NtfsVolume(
                        volume, boot, new Warnings(), WorkBudget.ofVolume(volume.length(), work));
        NtfsFile found = new NtfsFileReader(reader, new NtfsRecordTable(reader)).read(file.inode());
        for (List<NtfsAttribute> parts :
                NtfsStream.byName(found.attributes(), NtfsAttribute.DATA).values()) {
            NtfsStream stream = NtfsStream.of(found.number(), parts);
            if (!stream.isCompressed() || stream.size() != file.size()) {
                continue;
            }
            NtfsStream.Stored stored = stream.stored(reader);
            if (new Content.Encoded(stored.placement().map()).equals(file.content())) {
                return new CompressedContent(
                        volume,
                        stored,
                        stream.unitBytes(reader),
                        stream.size(),
                        stream.initialized(),
                        work);
            }
        }
        throw new FormatException("ntfs inode " + file.inode() + ": no compressed stream of it");
    }
}
