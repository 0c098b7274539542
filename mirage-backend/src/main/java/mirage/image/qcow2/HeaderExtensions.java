package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What we need of the header extensions (section "Header extensions"): the name of the external data file, and the
 * names of incompatible features for messages. All others are skipped.
 *
 * @param dataFile as the image names it, empty when it does not
 * @param incompatibleNames by bit number
 */
record HeaderExtensions(String dataFile, Map<Integer, String> incompatibleNames) {
    private static final long END = 0;
    private static final long DATA_FILE = 0x44415441;
    private static final long FEATURE_NAMES = 0x6803f857;

    private static final int PREFIX_BYTES = 8;
    private static final int FEATURE_BYTES = 48;
    private static final int INCOMPATIBLE = 0;

    /** No name of a file is longer on Linux; bounds hostile text. */
    private static final int MAX_FILE_NAME_BYTES = 4096;

    HeaderExtensions {
        incompatibleNames = Map.copyOf(incompatibleNames);
    }

    /**
     * Reads those between {@code start} and {@code end} of the container, both within its first cluster.
     *
     * @throws FormatException when one reaches past the end
     */
    static HeaderExtensions read(ByteSource container, int start, int end) throws IOException {
        String dataFile = "";
        Map<Integer, String> names = new HashMap<>();
        int length = Math.max(0, end - start);
        StructReader area =
                StructReader.read(
                        "qcow2 header extensions", container, start, length, ByteOrder.BIG_ENDIAN);
        for (int at = 0; at <= length - PREFIX_BYTES; ) {
            long type = area.u32(at);
            if (type == END) {
                break;
            }
            int data = at + PREFIX_BYTES;
            int bytes = area.boundedU32(at + 4, 0, length - data, "length of an extension");
            if (type == DATA_FILE) {
                area.require(
                        bytes <= MAX_FILE_NAME_BYTES,
                        "length of the data file's name",
                        at + 4,
                        "at most " + MAX_FILE_NAME_BYTES,
                        bytes);
                dataFile = text(area.sub("data file name", data, bytes));
            } else if (type == FEATURE_NAMES) {
                readFeatureNames(area.sub("feature name table", data, bytes), names);
            }
            at = data + Math.ceilDiv(bytes, 8) * 8;
        }
        return new HeaderExtensions(dataFile, names);
    }

    /** All of a structure as text; it may be any bytes. */
    static String text(StructReader in) throws FormatException {
        return new String(in.bytes(0, in.length()), StandardCharsets.UTF_8);
    }

    /** The bits of {@code features}, each with its name where the image gives one. */
    String namesOfIncompatible(long features) {
        List<String> named = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((features >>> bit & 1) != 0) {
                String name = incompatibleNames.get(bit);
                named.add("bit " + bit + (name == null ? "" : " (" + name + ")"));
            }
        }
        return String.join(", ", named);
    }

    private static void readFeatureNames(StructReader in, Map<Integer, String> names)
            throws FormatException {
        for (int at = 0; at <= in.length() - FEATURE_BYTES; at += FEATURE_BYTES) {
            if (in.u8(at) == INCOMPATIBLE) {
                String padded = text(in.sub("entry", at + 2, FEATURE_BYTES - 2));
                int end = padded.indexOf('\0');
                names.put(in.u8(at + 1), end < 0 ? padded : padded.substring(0, end));
            }
        }
    }
}
