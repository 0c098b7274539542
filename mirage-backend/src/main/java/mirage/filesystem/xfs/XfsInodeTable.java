package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.ReadAhead;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds inodes by number, which is their place. "Inode Numbers". */
final class XfsInodeTable {
    private static final int CHECKED_VERSION = 3;
    private static final int CHECKSUM = 100;
    private static final int NUMBER = 152;
    private static final int UUID = 160;

    private final XfsVolume volume;
    private final XfsSuperblock superblock;
    private final ReadAhead ahead;

    XfsInodeTable(XfsVolume volume) {
        this.volume = volume;
        this.superblock = volume.superblock();
        this.ahead = new ReadAhead(superblock.inodeSize());
    }

    /** How many inodes can be read ahead. */
    int maxAhead() {
        return ahead.capacity();
    }

    /** Prepares for inodes that will be asked for in an order of their own. */
    void readAhead(long[] numbers) throws IOException {
        ahead.fill(numbers, this::stored);
    }

    /**
     * @throws FormatException when there is no such inode, or it makes no sense
     */
    XfsInode read(long number) throws IOException {
        ByteBuffer bytes = bytes(number);
        String problem = problem(number, bytes);
        XfsInode inode = XfsInode.parse(number, bytes, problem == null);
        if (problem != null) {
            volume.warn("inode " + number + ": " + problem);
        }
        return inode;
    }

    private ByteBuffer bytes(long number) throws IOException {
        ByteBuffer known = ahead.find(number);
        return known == null ? stored(number) : known;
    }

    private ByteBuffer stored(long number) throws IOException {
        long block = number >>> superblock.inodesPerBlockBits();
        if (!volume.holds(block, 1)) {
            throw new FormatException(
                    "inode " + Long.toUnsignedString(number) + " is outside the volume");
        }
        int size = superblock.inodeSize();
        long inBlock = number & (1L << superblock.inodesPerBlockBits()) - 1;
        return volume.cached(volume.position(block) + inBlock * size, size, "inode " + number);
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
