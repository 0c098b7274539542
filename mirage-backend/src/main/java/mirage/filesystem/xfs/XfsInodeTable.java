package mirage.filesystem.xfs;

import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Finds inodes by number, which is their place. "Inode Numbers". */
final class XfsInodeTable {
    private static final int CHECKED_VERSION = 3;
    private static final int CHECKSUM = 100;
    private static final int NUMBER = 152;
    private static final int UUID = 160;

    /** What is read ahead at once: 32 Ki inodes of 512 bytes. */
    private static final int AHEAD_BYTES = 16 << 20;

    private final XfsVolume volume;
    private final XfsSuperblock superblock;

    /** Inodes read ahead: their numbers, ascending, and their bytes, one behind the other. */
    private long[] aheadNumbers = new long[0];

    private byte[] ahead = new byte[0];

    XfsInodeTable(XfsVolume volume) {
        this.volume = volume;
        this.superblock = volume.superblock();
    }

    /** How many inodes can be read ahead. */
    int maxAhead() {
        return AHEAD_BYTES / superblock.inodeSize();
    }

    /**
     * Prepares for inodes that will be asked for in an order of their own: reads them in that of the volume, once.
     *
     * @param numbers at most {@link #maxAhead()}; those that make no sense are left for {@link #read} to refuse
     */
    void readAhead(long[] numbers) throws IOException {
        long[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int size = superblock.inodeSize();
        byte[] copies = new byte[sorted.length * size];
        aheadNumbers = new long[0];
        int count = 0;
        for (long number : sorted) {
            if (volume.holds(number >>> superblock.inodesPerBlockBits(), 1)) {
                bytes(number).get(0, copies, count * size, size);
                sorted[count++] = number;
            }
        }
        aheadNumbers = Arrays.copyOf(sorted, count);
        ahead = copies;
    }

    /**
     * @throws FormatException when there is no such inode, or it makes no sense
     */
    XfsInode read(long number) throws IOException {
        if (!volume.holds(number >>> superblock.inodesPerBlockBits(), 1)) {
            throw new FormatException(
                    "inode " + Long.toUnsignedString(number) + " is outside the volume");
        }
        ByteBuffer bytes = bytes(number);
        String problem = problem(number, bytes);
        XfsInode inode = XfsInode.parse(number, bytes, problem == null);
        if (problem != null) {
            volume.warn("inode " + number + ": " + problem);
        }
        return inode;
    }

    private ByteBuffer bytes(long number) throws IOException {
        int size = superblock.inodeSize();
        int index = Arrays.binarySearch(aheadNumbers, number);
        if (index >= 0) {
            return ByteBuffer.wrap(ahead).slice(index * size, size);
        }
        long block = number >>> superblock.inodesPerBlockBits();
        long inBlock = number & (1L << superblock.inodesPerBlockBits()) - 1;
        return volume.cached(volume.position(block) + inBlock * size, size);
    }

    private @Nullable String problem(long number, ByteBuffer bytes) {
        boolean checked = bytes.get(4) >= CHECKED_VERSION;
        if (checked != volume.features().hasChecksums()) {
            return "di_version is that of another version of XFS";
        }
        if (!checked) {
            return null;
        }
        String problem = XfsChecksums.problem(bytes, CHECKSUM);
        if (problem != null) {
            return problem;
        }
        if (bytes.getLong(NUMBER) != number) {
            return "di_ino says " + Long.toUnsignedString(bytes.getLong(NUMBER));
        }
        return superblock.isSigned(bytes, UUID) ? null : "it has the UUID of another file system";
    }
}
