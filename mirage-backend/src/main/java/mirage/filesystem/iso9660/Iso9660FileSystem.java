package mirage.filesystem.iso9660;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** An ISO 9660 file system. Holds nothing between walks, so that walks may run beside one another. */
final class Iso9660FileSystem implements FileSystem {
    private final ByteSource volume;
    private final IsoDescriptors descriptors;
    private final Warnings warnings;

    Iso9660FileSystem(ByteSource volume, IsoDescriptors descriptors, Warnings warnings) {
        this.volume = volume;
        this.descriptors = descriptors;
        this.warnings = warnings;
    }

    @Override
    public String type() {
        return "iso9660";
    }

    @Override
    public String label() {
        return descriptors.label();
    }

    @Override
    public String uuid() {
        return descriptors.uuid();
    }

    @Override
    public long sizeBytes() {
        return Math.min(volume.length(), descriptors.blockCount() * descriptors.blockSize());
    }

    @Override
    public int blockSizeBytes() {
        return descriptors.blockSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        IsoVolume reader =
                new IsoVolume(
                        volume, descriptors, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new IsoTree(reader), visitor).run();
    }

    /** The number of a file is the place of its record, which says how it is compressed. */
    @Override
    public ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        IsoVolume reader =
                new IsoVolume(
                        volume,
                        descriptors,
                        new Warnings(),
                        WorkBudget.ofVolume(volume.length(), work));
        IsoRecord record = IsoDirectory.numbered(reader, file.inode());
        IsoFile found = new IsoTree(reader).read(record.position());
        RockRidge.Compression compression = found.rockRidge().compression();
        if (compression == null
                || !ZisofsFile.isKnown(compression)
                || compression.size() != file.size()) {
            throw new FormatException(
                    "iso9660: no compressed file of "
                            + file.size()
                            + " bytes has the number "
                            + file.inode());
        }
        ExtentMap map = IsoFiles.map(reader, found.sections());
        return ZisofsFile.open(
                new MappedSource(volume, map, found.storedSize()), compression, work);
    }
}
