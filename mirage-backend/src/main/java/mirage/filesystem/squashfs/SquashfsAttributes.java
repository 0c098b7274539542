package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Extended attributes: sets of them, which inodes name by an index. "Extended Attribute Table". */
final class SquashfsAttributes {
    private static final int HEADER_BYTES = 16;
    private static final int ENTRY_BYTES = 16;
    private static final int KEY_BYTES = 4;
    private static final int ELSEWHERE = 0x100;
    private static final int REFERENCE_BYTES = 8;

    /** {@code XATTR_SIZE_MAX}. */
    private static final int MAX_VALUE_BYTES = 1 << 16;

    /** Of all names and values of one file. */
    private static final int MAX_BYTES = 1 << 20;

    private static final List<String> PREFIXES = List.of("user.", "trusted.", "security.");

    private final SquashfsVolume volume;
    private final LookupTable sets;
    private final long values;

    private SquashfsAttributes(SquashfsVolume volume, LookupTable sets, long values) {
        this.volume = volume;
        this.sets = sets;
        this.values = values;
    }

    /** Opens the table; without it, or after a warning when it is damaged, no file has attributes. */
    static SquashfsAttributes open(SquashfsVolume volume) throws IOException {
        long table = volume.superblock().attributeTable();
        if (table != SquashfsSuperblock.ABSENT) {
            try {
                ByteBuffer header = volume.raw(table, HEADER_BYTES, "attribute table");
                return new SquashfsAttributes(
                        volume,
                        new LookupTable(
                                "attribute table",
                                table + HEADER_BYTES,
                                Integer.toUnsignedLong(header.getInt(8)),
                                ENTRY_BYTES),
                        header.getLong(0));
            } catch (FormatException e) {
                volume.warn(e);
            }
        }
        return new SquashfsAttributes(
                volume,
                new LookupTable("attribute table", SquashfsSuperblock.ABSENT, 0, ENTRY_BYTES),
                0);
    }

    /** In the order of their names; what is damaged is left out with a warning. */
    List<ExtendedAttribute> read(SquashfsInode inode) throws IOException {
        if (inode.attributes() == SquashfsInode.NONE) {
            return List.of();
        }
        Map<RawName, RawName> found = new TreeMap<>();
        try {
            readSet(sets.entry(volume, inode.attributes()), found);
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
        }
        List<ExtendedAttribute> attributes = new ArrayList<>(found.size());
        found.forEach((name, value) -> attributes.add(new ExtendedAttribute(name, value)));
        return attributes;
    }

    private void readSet(StructReader set, Map<RawName, RawName> found) throws IOException {
        MetadataReader in = MetadataReader.at(volume, values, set.s64(0), "attributes");
        int bytes = 0;
        for (long i = set.u32(8); i > 0; i--) {
            StructReader key = in.struct(KEY_BYTES);
            byte[] name = in.bytes(key.u16(2));
            byte[] value = value(in, (key.u16(0) & ELSEWHERE) != 0);
            bytes += name.length + value.length;
            key.require(bytes <= MAX_BYTES, "name_size", 2, "up to 1 MiB of attributes", bytes);
            int prefix = key.u16(0) & ~ELSEWHERE;
            // The kernel does not show those of other name spaces either.
            if (prefix < PREFIXES.size()) {
                found.putIfAbsent(fullName(PREFIXES.get(prefix), name), RawName.of(value));
            }
        }
    }

    private static RawName fullName(String prefix, byte[] name) {
        byte[] full = new byte[prefix.length() + name.length];
        for (int i = 0; i < prefix.length(); i++) {
            full[i] = (byte) prefix.charAt(i);
        }
        System.arraycopy(name, 0, full, prefix.length(), name.length);
        return RawName.of(full);
    }

    private byte[] value(MetadataReader in, boolean elsewhere) throws IOException {
        StructReader size = in.struct(4);
        if (!elsewhere) {
            return in.bytes(size.boundedU32(0, 0, MAX_VALUE_BYTES, "value_size"));
        }
        size.boundedU32(0, REFERENCE_BYTES, REFERENCE_BYTES, "value_size");
        long reference = in.struct(REFERENCE_BYTES).s64(0);
        return value(MetadataReader.at(volume, values, reference, "an attribute's value"), false);
    }
}
