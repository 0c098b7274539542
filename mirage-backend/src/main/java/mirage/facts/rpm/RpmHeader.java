package mirage.facts.rpm;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.facts.Fact.InstalledPackage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The header of a package as the database has it: big-endian, number of entries and length of their data, the entries
 * (tag, type, place in the data, count), the data. Specification: "RPM V4 Package format", "Header", and the manual's
 * "Tags".
 */
final class RpmHeader {
    private static final int INTRO_BYTES = 8;
    private static final int ENTRY_BYTES = 16;
    private static final int MAX_ENTRIES = 65_535;
    private static final int MAX_TEXT_BYTES = 1000;

    private static final int NAME = 1000;
    private static final int VERSION = 1001;
    private static final int RELEASE = 1002;
    private static final int EPOCH = 1003;
    private static final int ARCHITECTURE = 1022;
    private static final int SOURCE_PACKAGE = 1044;

    private static final int TYPE_INT32 = 4;
    private static final int TYPE_STRING = 6;

    private RpmHeader() {}

    static InstalledPackage read(ByteBuffer bytes) throws FormatException {
        StructReader header = StructReader.of("rpm header", 0, bytes, ByteOrder.BIG_ENDIAN);
        int entries = header.boundedU32(0, 1, MAX_ENTRIES, "entries");
        int dataAt = INTRO_BYTES + entries * ENTRY_BYTES;
        int dataBytes =
                header.boundedU32(4, 0, Math.max(0, header.length() - dataAt), "data length");
        StructReader data = header.sub("data", dataAt, dataBytes);
        Map<Integer, String> values = new HashMap<>();
        for (int at = INTRO_BYTES; at < dataAt; at += ENTRY_BYTES) {
            int tag = header.s32(at);
            switch (tag) {
                case NAME, VERSION, RELEASE, ARCHITECTURE, SOURCE_PACKAGE -> {
                    header.require(
                            header.u32(at + 4) == TYPE_STRING,
                            "type of tag " + tag,
                            at + 4,
                            "a string",
                            header.u32(at + 4));
                    values.put(tag, text(data, header.boundedU32(at + 8, 0, dataBytes, "place")));
                }
                case EPOCH -> {
                    if (header.u32(at + 4) == TYPE_INT32) {
                        int place = header.boundedU32(at + 8, 0, dataBytes, "place");
                        values.put(EPOCH, data.u32(place) + ":");
                    }
                }
                default -> {}
            }
        }
        String name = values.get(NAME);
        if (name == null) {
            throw new FormatException("rpm header: no name is there");
        }
        return new InstalledPackage(
                "rpm",
                name,
                values.getOrDefault(EPOCH, "")
                        + values.getOrDefault(VERSION, "")
                        + "-"
                        + values.getOrDefault(RELEASE, ""),
                values.getOrDefault(ARCHITECTURE, ""),
                values.getOrDefault(SOURCE_PACKAGE, ""),
                "",
                "installed");
    }

    private static String text(StructReader data, int at) throws FormatException {
        int end = at;
        while (end - at < MAX_TEXT_BYTES && data.u8(end) != 0) {
            end++;
        }
        return new String(data.bytes(at, end - at), StandardCharsets.UTF_8);
    }
}
