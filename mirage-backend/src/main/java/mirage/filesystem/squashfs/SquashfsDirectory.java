package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.walk.DirectoryListing;

import java.io.IOException;

/**
 * The names in a directory. "Directory Table": runs of entries whose inodes lie in one metadata block. Entries lead to
 * the reference of an inode.
 */
final class SquashfsDirectory {
    /** The size of a directory counts three bytes for {@code .} and {@code ..}, which are not there. */
    private static final int NOT_THERE_BYTES = 3;

    private static final int HEADER_BYTES = 12;
    private static final int ENTRY_BYTES = 8;
    private static final int MAX_RUN = 256;
    private static final int MAX_NAME_BYTES = 256;

    private SquashfsDirectory() {}

    /**
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(SquashfsVolume volume, SquashfsInode directory, int room)
            throws IOException {
        DirectoryListing.Builder names =
                new DirectoryListing.Builder(volume, directory.number(), room);
        long left = directory.size() - NOT_THERE_BYTES;
        if (left > 0) {
            try {
                readRuns(
                        MetadataReader.at(
                                volume,
                                volume.superblock().directoryTable(),
                                directory.directory(),
                                "directory inode " + directory.number()),
                        left,
                        names);
            } catch (FormatException e) {
                names.damage(0, String.valueOf(e.getMessage()));
            }
        }
        return names.build();
    }

    private static void readRuns(MetadataReader in, long size, DirectoryListing.Builder names)
            throws IOException {
        for (long left = size; left > 0 && !names.isFull(); ) {
            StructReader header = in.struct(HEADER_BYTES);
            int count = header.boundedU32(0, 0, MAX_RUN - 1, "count") + 1;
            long block = header.u32(4);
            left -= HEADER_BYTES;
            for (int i = 0; i < count && !names.isFull(); i++) {
                StructReader entry = in.struct(ENTRY_BYTES);
                int length = entry.u16(6) + 1;
                entry.require(
                        length <= MAX_NAME_BYTES && left >= ENTRY_BYTES + length,
                        "name_size",
                        6,
                        "within " + left + " bytes",
                        length);
                names.add(size - left, block << 16 | entry.u16(0), in.bytes(length));
                left -= ENTRY_BYTES + length;
            }
        }
    }
}
