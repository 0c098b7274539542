package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The tree of files, whose entries lead to records by reference. */
final class NtfsTree implements FileTree<NtfsFile> {
    private static final long ROOT = 5;

    private final NtfsVolume volume;
    private final NtfsRecordTable records;
    private final NtfsFileReader reader;
    private final NtfsFiles files;

    NtfsTree(NtfsVolume volume) throws IOException {
        this.volume = volume;
        this.records = new NtfsRecordTable(volume);
        this.reader = new NtfsFileReader(volume, records);
        this.files = new NtfsFiles(volume);
    }

    @Override
    public NtfsFile root() throws IOException {
        try {
            NtfsFile root = reader.read(ROOT);
            if (root.isDirectory()) {
                return root;
            }
        } catch (FormatException e) {
            throw new FormatException("ntfs root: " + e.getMessage(), e);
        }
        throw new FormatException("ntfs root: a directory expected");
    }

    @Override
    public NtfsFile read(long reference) throws IOException {
        return reader.read(reference);
    }

    @Override
    public @Nullable String problem(NtfsFile file) {
        return null;
    }

    @Override
    public boolean isDirectory(NtfsFile file) {
        return file.isDirectory();
    }

    @Override
    public long number(NtfsFile file) {
        return file.number();
    }

    @Override
    public FileRecord describe(RawName path, NtfsFile file) throws IOException {
        return files.describe(path, file);
    }

    @Override
    public List<FileRecord> beside(FileRecord described, NtfsFile file) throws IOException {
        return files.namedStreams(described, file);
    }

    @Override
    public DirectoryListing list(NtfsFile directory, FileRecord described, int room)
            throws IOException {
        return NtfsDirectory.read(volume, directory, room);
    }

    @Override
    public int maxAhead() {
        return records.maxAhead();
    }

    @Override
    public void readAhead(long[] references) throws IOException {
        records.readAhead(Arrays.stream(references).map(NtfsRecord::number).toArray());
    }
}
