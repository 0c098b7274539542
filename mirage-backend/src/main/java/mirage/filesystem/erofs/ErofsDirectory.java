package mirage.filesystem.erofs;

import mirage.bytes.ExtentMap;
import mirage.filesystem.walk.DirectoryListing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The names in a directory. "Core on-disk format", "Directories": blocks of entries with their names behind them. */
final class ErofsDirectory {
    private static final int ENTRY_BYTES = 12;
    private static final int NAME_AT = 8;

    private ErofsDirectory() {}

    /**
     * @param map of its blocks
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(ErofsVolume volume, ErofsInode directory, ExtentMap map, int room)
            throws IOException {
        DirectoryListing.Builder names =
                new DirectoryListing.Builder(volume, directory.number(), room);
        int blockSize = volume.blockSize();
        // What is no more than a hole has no names.
        long end = map.runCount() == 0 ? 0 : map.run(map.runCount() - 1).end();
        if (end < directory.size()) {
            names.damage(end, "a hole up to the end at " + directory.size());
        }
        for (long at = 0;
                at < Math.min(end, directory.size()) && !names.isFull();
                at += blockSize) {
            int length = (int) Math.min(blockSize, directory.size() - at);
            readBlock(volume.content(map, at, length), at, names);
        }
        return names.build();
    }

    private static void readBlock(ByteBuffer block, long at, DirectoryListing.Builder names)
            throws IOException {
        int namesAt = block.limit() < ENTRY_BYTES ? 0 : block.getShort(NAME_AT) & 0xffff;
        if (namesAt < ENTRY_BYTES || namesAt > block.limit() || namesAt % ENTRY_BYTES != 0) {
            names.damage(at, "names expected behind entries of 12 bytes, found at " + namesAt);
            return;
        }
        int count = namesAt / ENTRY_BYTES;
        for (int i = 0; i < count && !names.isFull(); i++) {
            int entry = i * ENTRY_BYTES;
            int from = block.getShort(entry + NAME_AT) & 0xffff;
            int to =
                    i + 1 < count
                            ? block.getShort(entry + ENTRY_BYTES + NAME_AT) & 0xffff
                            : block.limit();
            if (from < namesAt || to < from || to > block.limit()) {
                names.damage(at + entry, "a name expected, found from " + from + " to " + to);
                return;
            }
            byte[] name = new byte[to - from];
            block.get(from, name);
            names.add(at + entry, block.getLong(entry), i + 1 < count ? name : toNul(name));
        }
    }

    /** The last name of a block ends where zeros begin. */
    private static byte[] toNul(byte[] name) {
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return Arrays.copyOf(name, end);
    }
}
