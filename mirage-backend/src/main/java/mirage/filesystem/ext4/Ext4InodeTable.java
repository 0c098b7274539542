package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.ReadAhead;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Finds inodes by number. Kernel documentation, "Finding an Inode". */
final class Ext4InodeTable {
    private static final int OLD_SIZE = 128;
    private static final int GENERATION = 0x64;
    private static final int CHECKSUM_LOW = 0x7c;
    private static final int EXTRA_SIZE = 0x80;
    private static final int CHECKSUM_HIGH = 0x82;

    /** Bytes that {@code i_extra_isize} counts up to the end of the checksum's high half. */
    private static final int EXTRA_WITH_CHECKSUM = 4;

    private final Ext4Volume volume;
    private final Ext4Superblock superblock;
    private final Ext4GroupDescriptors descriptors;
    private final byte[] scratch;
    private final ReadAhead ahead;

    Ext4InodeTable(Ext4Volume volume) {
        this.volume = volume;
        this.superblock = volume.superblock();
        this.descriptors = new Ext4GroupDescriptors(volume);
        this.scratch = new byte[superblock.inodeSize()];
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
    Ext4Inode read(long number) throws IOException {
        ByteBuffer bytes = bytes(number);
        return Ext4Inode.parse(number, bytes, superblock, verify(number, bytes));
    }

    private ByteBuffer bytes(long number) throws IOException {
        ByteBuffer known = ahead.find(number);
        return known == null ? stored(number) : known.order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer stored(long number) throws IOException {
        if (number < 1 || number > superblock.inodeCount()) {
            throw new FormatException(
                    "inode "
                            + number
                            + ": expected from 1 to s_inodes_count "
                            + superblock.inodeCount());
        }
        long group = (number - 1) / superblock.inodesPerGroup();
        if (group >= superblock.groupCount()) {
            throw new FormatException(
                    "inode "
                            + number
                            + " in group "
                            + group
                            + ": expected less than "
                            + superblock.groupCount());
        }
        int size = superblock.inodeSize();
        long table = descriptors.inodeTable(group) * superblock.blockSize();
        long position = table + (number - 1) % superblock.inodesPerGroup() * size;
        return volume.cached(position, size, "inode " + number);
    }

    private boolean verify(long number, ByteBuffer bytes) {
        // An inode that nothing ever used is zero throughout and has no checksum.
        if (!superblock.checksumsKnown() || bytes.getLong(0) == 0) {
            return true;
        }
        int size = bytes.limit();
        bytes.get(0, scratch, 0, size);
        int stored = Short.toUnsignedInt(bytes.getShort(CHECKSUM_LOW));
        clear(CHECKSUM_LOW);
        boolean whole =
                size > OLD_SIZE
                        && Short.toUnsignedInt(bytes.getShort(EXTRA_SIZE)) >= EXTRA_WITH_CHECKSUM;
        if (whole) {
            stored |= Short.toUnsignedInt(bytes.getShort(CHECKSUM_HIGH)) << 16;
            clear(CHECKSUM_HIGH);
        }
        CRC32C crc = volume.checksums().seeded(number, bytes.getInt(GENERATION));
        crc.update(scratch, 0, size);
        int computed = Ext4Checksums.register(crc) & (whole ? -1 : 0xffff);
        if (computed == stored) {
            return true;
        }
        volume.warn(Ext4Checksums.mismatch("inode " + number, computed, stored));
        return false;
    }

    private void clear(int at) {
        scratch[at] = 0;
        scratch[at + 1] = 0;
    }
}
