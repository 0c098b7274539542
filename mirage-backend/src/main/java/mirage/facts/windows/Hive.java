package mirage.facts.windows;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A registry hive, read only: keys by path, their subkeys, their small values. What is only in its transaction logs is
 * not seen. Specification: "Windows registry file format specification" (M. Suhanov) and "Windows NT Registry File
 * (REGF) format" (libregf); offsets count from the first bin, at 4096.
 *
 * <p>Nothing is followed but down from the root, as deep as the caller asks; each cell read costs of a budget that
 * follows the size of the hive. For one thread.
 */
final class Hive {
    private static final long MAGIC = 0x6667_6572; // "regf"
    private static final int BASE_BYTES = 4096;
    private static final int ROOT_AT = 36;
    private static final int MAX_CELL_BYTES = 1 << 20;
    private static final int KEY_BYTES = 76;
    private static final int KEY_NAME_IS_LATIN = 0x20;
    private static final int VALUE_BYTES = 20;
    private static final int VALUE_NAME_IS_LATIN = 1;
    private static final int MAX_VALUES = 10_000;
    private static final int MAX_SUBKEYS = 200_000;
    private static final int MAX_DATA_BYTES = 16_344;
    private static final long IN_PLACE = 0x8000_0000L;
    private static final long NONE = 0xffff_ffffL;
    private static final int TYPE_NUMBER = 4;
    private static final int WORK_PER_BYTE = 4;
    private static final int FIXED_WORK = 1 << 20;

    private final ByteSource file;
    private final long root;
    private long workLeft;

    private Hive(ByteSource file, long root) {
        this.file = file;
        this.root = root;
        this.workLeft = WORK_PER_BYTE * Math.min(file.length(), 1L << 30) + FIXED_WORK;
    }

    static Hive open(ByteSource file) throws IOException {
        StructReader base = StructReader.read("hive", file, 0, BASE_BYTES, ByteOrder.LITTLE_ENDIAN);
        base.require(base.u32(0) == MAGIC, "magic", 0, "regf", base.u32(0));
        return new Hive(file, base.u32(ROOT_AT));
    }

    /** A key: its name, and where its subkeys and values are. */
    record Key(String name, StructReader cell) {}

    Key root() throws IOException {
        return key(root);
    }

    /** A key by the names below another, whatever their case; null when there is none. */
    @Nullable Key find(Key from, String... names) throws IOException {
        Key at = from;
        for (String name : names) {
            Key found = null;
            for (long place : subkeyPlaces(at)) {
                Key subkey = key(place);
                if (subkey.name().equalsIgnoreCase(name)) {
                    found = subkey;
                    break;
                }
            }
            if (found == null) {
                return null;
            }
            at = found;
        }
        return at;
    }

    /** Takes keys. */
    @FunctionalInterface
    interface KeyVisitor {
        void visit(Key key) throws IOException;
    }

    /** Shows the keys directly below a key. One that is damaged ends it. */
    void forEachSubkey(Key key, KeyVisitor visitor) throws IOException {
        for (long place : subkeyPlaces(key)) {
            visitor.visit(key(place));
        }
    }

    /** A value of a key as text, a number in decimal; empty when there is none, or none of that sort. */
    String value(Key key, String name) throws IOException {
        int count = (int) Math.min(MAX_VALUES, key.cell().u32(36));
        long list = key.cell().u32(40);
        if (count == 0 || list == NONE) {
            return "";
        }
        StructReader places = cell("values", list);
        for (int i = 0; i < Math.min(count, places.length() / 4); i++) {
            StructReader value = cell("value", places.u32(4 * i));
            if (value.length() >= VALUE_BYTES && value.u16(0) == 0x6b76) { // "vk"
                boolean isLatin = (value.u16(16) & VALUE_NAME_IS_LATIN) != 0;
                String found = name(value, VALUE_BYTES, value.u16(2), isLatin);
                if (found.equalsIgnoreCase(name)) {
                    return data(value);
                }
            }
        }
        return "";
    }

    private String data(StructReader value) throws IOException {
        long size = value.u32(4);
        int type = value.s32(12);
        boolean inPlace = (size & IN_PLACE) != 0;
        long length = size & ~IN_PLACE;
        if (type == TYPE_NUMBER) {
            return inPlace && length == 4 ? Long.toString(value.u32(8)) : "";
        }
        if ((type != 1 && type != 2) || length > MAX_DATA_BYTES) {
            return "";
        }
        byte[] bytes;
        if (inPlace) {
            bytes = value.bytes(8, (int) Math.min(4, length));
        } else {
            StructReader data = cell("data", value.u32(8));
            bytes = data.bytes(0, (int) Math.min(length, data.length()));
        }
        String text = new String(bytes, StandardCharsets.UTF_16LE);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private Key key(long place) throws IOException {
        StructReader cell = cell("key", place);
        cell.require(cell.u16(0) == 0x6b6e, "signature", 0, "nk", cell.u16(0));
        boolean isLatin = (cell.u16(2) & KEY_NAME_IS_LATIN) != 0;
        return new Key(name(cell, KEY_BYTES, cell.u16(72), isLatin), cell);
    }

    private static String name(StructReader cell, int at, int length, boolean isLatin)
            throws FormatException {
        Charset charset = isLatin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_16LE;
        return new String(cell.bytes(at, length), charset);
    }

    /** Lists of subkeys lie in one cell, or in several that a cell lists; never deeper. */
    private List<Long> subkeyPlaces(Key key) throws IOException {
        List<Long> places = new ArrayList<>();
        long list = key.cell().u32(28);
        if (key.cell().u32(20) == 0 || list == NONE) {
            return places;
        }
        StructReader cell = cell("subkeys", list);
        if (cell.u16(0) != 0x6972) { // "ri"
            addPlaces(cell, places);
            return places;
        }
        for (int i = 0; i < cell.u16(2); i++) {
            addPlaces(cell("subkeys", cell.u32(4 + 4 * i)), places);
        }
        return places;
    }

    private static void addPlaces(StructReader cell, List<Long> places) throws FormatException {
        int step =
                switch (cell.u16(0)) {
                    case 0x666c, 0x686c -> 8; // "lf" and "lh": with a hash of the name
                    case 0x696c -> 4; // "li"
                    default ->
                            throw cell.refuse(
                                    "signature",
                                    0,
                                    "that of a list",
                                    Integer.toHexString(cell.u16(0)));
                };
        int count = cell.u16(2);
        cell.require(
                places.size() + count <= MAX_SUBKEYS,
                "count",
                2,
                "at most " + MAX_SUBKEYS + " subkeys",
                count);
        for (int i = 0; i < count; i++) {
            places.add(cell.u32(4 + step * i));
        }
    }

    /** What a cell holds, behind its size; one that is free has a positive one. */
    private StructReader cell(String what, long place) throws IOException {
        long at = BASE_BYTES + place;
        StructReader head = StructReader.read(what, file, at, 4, ByteOrder.LITTLE_ENDIAN);
        int size = head.s32(0);
        head.require(
                size < -4 && size >= -MAX_CELL_BYTES, "size", 0, "that of a cell in use", size);
        workLeft += size;
        if (workLeft < 0) {
            throw new FormatException("hive: its keys refer to one another in excess");
        }
        return StructReader.read(what, file, at + 4, -size - 4, ByteOrder.LITTLE_ENDIAN);
    }
}
