package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Where the inode table of each block group begins. Kernel documentation, "Block Group Descriptors". */
final class Ext4GroupDescriptors {
    private static final int INODE_TABLE_LOW = 0x8;
    private static final int CHECKSUM = 0x1e;
    private static final int INODE_TABLE_HIGH = 0x28;

    private final Ext4Volume volume;
    private final Ext4Superblock superblock;

    /** Groups whose descriptor was checked, plus 1. */
    private final LongSet checked = new LongSet();

    Ext4GroupDescriptors(Ext4Volume volume) {
        this.volume = volume;
        this.superblock = volume.superblock();
    }

    /**
     * @param group less than {@link Ext4Superblock#groupCount()}
     * @return block number, within the volume
     */
    long inodeTable(long group) throws IOException {
        int size = superblock.descriptorSize();
        long perBlock = superblock.blockSize() / size;
        long block = block(group / perBlock, perBlock);
        long at = block * superblock.blockSize() + group % perBlock * size;
        ByteBuffer descriptor = volume.cached(at, size, "descriptor of group " + group);
        if (checked.add(group + 1)) {
            verify(group, descriptor);
        }
        long table = Integer.toUnsignedLong(descriptor.getInt(INODE_TABLE_LOW));
        if (superblock.features().wide()) {
            table |= Integer.toUnsignedLong(descriptor.getInt(INODE_TABLE_HIGH)) << 32;
        }
        if (!volume.holds(table, 1)) {
            throw new FormatException(
                    "descriptor of group "
                            + group
                            + " at "
                            + at
                            + ": bg_inode_table expected within the volume, found block "
                            + Long.toUnsignedString(table));
        }
        return table;
    }

    /**
     * The block that holds the n-th block of descriptors: all behind the superblock, or with {@code meta_bg} each in
     * the first group that it describes. Kernel documentation, "Meta Block Groups".
     */
    private long block(long index, long perBlock) throws FormatException {
        long block;
        if (!superblock.features().metaBlockGroups() || index < superblock.firstMetaGroup()) {
            block = Ext4Superblock.OFFSET / superblock.blockSize() + 1 + index;
        } else {
            long group = index * perBlock;
            block =
                    superblock.firstDataBlock()
                            + group * superblock.blocksPerGroup()
                            + (superblock.hasSuperblockCopy(group) ? 1 : 0);
            // With bigalloc and blocks of 1 KiB group 0 begins with block 0, which the boot sector
            // fills.
            if (group == 0 && superblock.blockSize() == 1024 && superblock.firstDataBlock() == 0) {
                block++;
            }
        }
        if (!volume.holds(block, 1)) {
            throw new FormatException(
                    "group descriptors in block " + block + ": expected within the volume");
        }
        return block;
    }

    private void verify(long group, ByteBuffer descriptor) {
        int stored = Short.toUnsignedInt(descriptor.getShort(CHECKSUM));
        int computed;
        if (superblock.checksumsKnown()) {
            CRC32C crc = volume.checksums().seeded((int) group);
            crc.update(descriptor.slice(0, CHECKSUM));
            crc.update(new byte[2], 0, 2);
            crc.update(behindChecksum(descriptor));
            computed = Ext4Checksums.register(crc) & 0xffff;
        } else if (superblock.features().groupChecksums()) {
            int crc = crc16(0xffff, ByteBuffer.wrap(superblock.uuid().toBytes()));
            for (int i = 0; i < 4; i++) {
                crc = crc16(crc, (int) (group >>> (8 * i)) & 0xff);
            }
            crc = crc16(crc, descriptor.slice(0, CHECKSUM));
            computed = crc16(crc, behindChecksum(descriptor));
        } else {
            return;
        }
        if (computed != stored) {
            volume.warn(Ext4Checksums.mismatch("descriptor of group " + group, computed, stored));
        }
    }

    private static ByteBuffer behindChecksum(ByteBuffer descriptor) {
        return descriptor.slice(CHECKSUM + 2, descriptor.limit() - CHECKSUM - 2);
    }

    private static int crc16(int crc, ByteBuffer bytes) {
        int register = crc;
        for (int i = 0; i < bytes.limit(); i++) {
            register = crc16(register, bytes.get(i) & 0xff);
        }
        return register;
    }

    /** CRC-16 with the reflected polynomial 0xa001. */
    private static int crc16(int crc, int octet) {
        int register = crc ^ octet;
        for (int bit = 0; bit < 8; bit++) {
            register = (register & 1) != 0 ? register >>> 1 ^ 0xa001 : register >>> 1;
        }
        return register;
    }
}
