package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.RawName;
import mirage.filesystem.RecentlyUsed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Extended attributes: behind the fields of the inode, in a block that inodes may share, and large values in inodes of
 * their own. Kernel documentation, "Extended Attributes" and "Large Extended Attribute Values".
 */
final class Ext4Xattrs {
    private static final int MAGIC = 0xea020000;
    private static final int INODE_HEADER_BYTES = 4;
    private static final int BLOCK_HEADER_BYTES = 32;
    private static final int BLOCK_REFERENCES = 0x4;
    private static final int BLOCK_COUNT = 0x8;
    private static final int BLOCK_CHECKSUM = 0x10;
    private static final int ENTRY_BYTES = 16;

    /** The kernel hands out no larger value. {@code linux/limits.h}, {@code XATTR_SIZE_MAX}. */
    private static final int MAX_VALUE_BYTES = 1 << 16;

    private static final int INDEX_ACL_ACCESS = 2;
    private static final int INDEX_ACL_DEFAULT = 3;
    private static final int INDEX_SYSTEM = 7;
    private static final int INDEX_ENCRYPTION = 9;
    private static final RawName INLINE_DATA = RawName.of("data");

    /** What the name's index stands for: "Attribute Name Indices"; 5 is Lustre's and unused, 10 the Hurd's. */
    private static final Map<Integer, String> PREFIXES =
            Map.of(
                    0,
                    "",
                    1,
                    "user.",
                    INDEX_ACL_ACCESS,
                    "system.posix_acl_access",
                    INDEX_ACL_DEFAULT,
                    "system.posix_acl_default",
                    4,
                    "trusted.",
                    6,
                    "security.",
                    INDEX_SYSTEM,
                    "system.",
                    8,
                    "system.richacl",
                    10,
                    "gnu.");

    private final Ext4Volume volume;
    private final Ext4InodeTable inodes;
    private final Map<Long, List<Stored>> sharedBlocks = new RecentlyUsed<>(256);
    private final Map<Long, RawName> largeValues = new RecentlyUsed<>(64);

    /** An attribute as it is stored. */
    private record Stored(int index, RawName name, RawName value) {
        boolean isInlineData() {
            return index == INDEX_SYSTEM && name.equals(INLINE_DATA);
        }
    }

    /**
     * @param attributes in the order of their names
     * @param inlineData what of the file's content is stored like an attribute, empty if nothing is
     */
    record Attributes(List<ExtendedAttribute> attributes, RawName inlineData) {
        static final Attributes NONE = new Attributes(List.of(), RawName.EMPTY);
    }

    Ext4Xattrs(Ext4Volume volume, Ext4InodeTable inodes) {
        this.volume = volume;
        this.inodes = inodes;
    }

    /** What cannot be read is left out with a warning. */
    Attributes read(Ext4Inode inode) throws IOException {
        List<Stored> stored = new ArrayList<>(0);
        try {
            readInode(inode, stored);
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
        }
        try {
            if (inode.attributeBlock() != 0) {
                stored.addAll(block(inode.attributeBlock()));
            }
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
        }
        return stored.isEmpty() ? Attributes.NONE : present(inode, stored);
    }

    private void readInode(Ext4Inode inode, List<Stored> target) throws IOException {
        ByteBuffer space = inode.attributeSpace();
        if (space.limit() >= 2 * INODE_HEADER_BYTES && space.getInt(0) == MAGIC) {
            parse(
                    space.slice(INODE_HEADER_BYTES, space.limit() - INODE_HEADER_BYTES),
                    0,
                    "attributes of inode",
                    target);
        }
    }

    private List<Stored> block(long number) throws IOException {
        List<Stored> known = sharedBlocks.get(number);
        if (known != null) {
            return known;
        }
        String name = "attribute block " + number;
        ByteBuffer block = volume.block(number, name);
        if (block.getInt(0) != MAGIC || block.getInt(BLOCK_COUNT) != 1) {
            throw new FormatException(
                    name
                            + ": expected h_magic 0xea020000 and h_blocks 1, found 0x"
                            + Integer.toHexString(block.getInt(0))
                            + " and "
                            + Integer.toUnsignedString(block.getInt(BLOCK_COUNT)));
        }
        verify(number, block);
        List<Stored> found = new ArrayList<>();
        parse(block, BLOCK_HEADER_BYTES, name, found);
        if (block.getInt(BLOCK_REFERENCES) != 1) {
            sharedBlocks.put(number, found);
        }
        return found;
    }

    private void verify(long number, ByteBuffer block) {
        if (!volume.superblock().checksumsKnown()) {
            return;
        }
        CRC32C crc = volume.checksums().seeded((int) number);
        crc.update(
                new byte[] {
                    (byte) (number >>> 32),
                    (byte) (number >>> 40),
                    (byte) (number >>> 48),
                    (byte) (number >>> 56)
                });
        crc.update(block.slice(0, BLOCK_CHECKSUM));
        crc.update(new byte[4]);
        int behind = BLOCK_CHECKSUM + 4;
        crc.update(block.slice(behind, block.limit() - behind));
        int computed = Ext4Checksums.register(crc);
        int stored = block.getInt(BLOCK_CHECKSUM);
        if (computed != stored) {
            volume.warn(Ext4Checksums.mismatch("attribute block " + number, computed, stored));
        }
    }

    /** Adds entry by entry, so that those before a bad one are kept. Offsets of values count from the area's begin. */
    private void parse(ByteBuffer bytes, int first, String where, List<Stored> target)
            throws IOException {
        ByteBuffer area = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int at = first;
        while (true) {
            if (at > area.limit() - 4) {
                throw new FormatException(where + ": entries do not end");
            }
            if (area.getInt(at) == 0) {
                return;
            }
            int nameLength = area.get(at) & 0xff;
            int end = at + ENTRY_BYTES + nameLength;
            if (end > area.limit()) {
                throw new FormatException(where + ": entry at " + at + " is cut off");
            }
            byte[] name = new byte[nameLength];
            area.get(at + ENTRY_BYTES, name);
            int index = area.get(at + 1) & 0xff;
            target.add(new Stored(index, RawName.of(name), value(area, at, where)));
            at = (end + 3) & ~3;
        }
    }

    private RawName value(ByteBuffer area, int at, String where) throws IOException {
        int offset = Short.toUnsignedInt(area.getShort(at + 2));
        long inode = Integer.toUnsignedLong(area.getInt(at + 4));
        long size = Integer.toUnsignedLong(area.getInt(at + 8));
        if (inode != 0) {
            return largeValue(inode, size);
        }
        if (size == 0) {
            return RawName.EMPTY;
        }
        if (offset + size > area.limit()) {
            throw new FormatException(
                    where
                            + ": value of the entry at "
                            + at
                            + " expected within "
                            + area.limit()
                            + " bytes, found "
                            + size
                            + " at "
                            + offset);
        }
        byte[] value = new byte[(int) size];
        area.get(offset, value);
        return RawName.of(value);
    }

    private RawName largeValue(long number, long size) throws IOException {
        RawName known = largeValues.get(number);
        if (known != null && known.length() == size) {
            return known;
        }
        Ext4Inode inode = inodes.read(number);
        if (!inode.isAttributeValue() || inode.size() != size || size > MAX_VALUE_BYTES) {
            throw new FormatException(
                    "inode "
                            + number
                            + ": expected an attribute's value of "
                            + size
                            + " bytes, found flags 0x"
                            + Integer.toHexString(inode.flags())
                            + " and i_size "
                            + inode.size());
        }
        byte[] content =
                volume.content(Ext4Mapping.read(volume, inode).map(), 0, (int) size).array();
        RawName value = RawName.of(content);
        largeValues.put(number, value);
        return value;
    }

    /** With full names, sorted; of two with one name the first, as the kernel looks them up. */
    private Attributes present(Ext4Inode inode, List<Stored> stored) {
        RawName inlineData = RawName.EMPTY;
        Map<RawName, RawName> sorted = new TreeMap<>();
        for (Stored attribute : stored) {
            if (attribute.isInlineData()) {
                inlineData = attribute.value;
                continue;
            }
            if (attribute.index == INDEX_ENCRYPTION) {
                continue;
            }
            try {
                sorted.putIfAbsent(fullName(attribute), fullValue(attribute));
            } catch (FormatException e) {
                volume.warn("inode " + inode.number() + ": " + e.getMessage());
            }
        }
        List<ExtendedAttribute> attributes = new ArrayList<>(sorted.size());
        sorted.forEach((name, value) -> attributes.add(new ExtendedAttribute(name, value)));
        return new Attributes(List.copyOf(attributes), inlineData);
    }

    private static RawName fullName(Stored attribute) throws FormatException {
        String prefix = PREFIXES.get(attribute.index);
        if (prefix == null) {
            throw new FormatException("attribute with unknown name index " + attribute.index);
        }
        byte[] start = prefix.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer name = ByteBuffer.allocate(start.length + attribute.name.length());
        return RawName.of(name.put(start).put(attribute.name.toBytes()).array());
    }

    private static RawName fullValue(Stored attribute) throws FormatException {
        boolean acl = attribute.index == INDEX_ACL_ACCESS || attribute.index == INDEX_ACL_DEFAULT;
        return acl ? Ext4Acl.toAttribute(attribute.value) : attribute.value;
    }
}
