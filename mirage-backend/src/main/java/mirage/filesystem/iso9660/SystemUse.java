package mirage.filesystem.iso9660;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The system use entries of one directory record, which may go on in areas elsewhere. SUSP, 4 and 5. An entry that
 * makes no sense ends them.
 */
final class SystemUse {
    /** As many as Linux follows. */
    private static final int MAX_AREAS = 32;

    private static final int HEADER_BYTES = 4;
    private static final int CONTINUATION_BYTES = 28;

    private final IsoVolume volume;
    private StructReader area;
    private int at;
    private int areas;
    private @Nullable StructReader continuation;

    /**
     * @param skip bytes of each record that are another's, as the root says
     */
    SystemUse(IsoVolume volume, StructReader recorded, int skip) {
        this.volume = volume;
        this.area = recorded;
        this.at = skip;
    }

    /**
     * An entry.
     *
     * @param signature two letters
     * @param bytes all of it, header included
     */
    record Entry(String signature, StructReader bytes) {
        int length() {
            return bytes.length();
        }
    }

    /**
     * The next entry; null at the end.
     *
     * @throws FormatException when the rest cannot be read
     */
    @Nullable Entry next() throws IOException {
        while (true) {
            Entry entry = here();
            if (entry == null || entry.signature.equals("ST")) {
                if (continuation == null) {
                    return null;
                }
                goOn(continuation);
            } else if (entry.signature.equals("CE")) {
                continuation = entry.bytes;
            } else {
                return entry;
            }
        }
    }

    /** The entry at the current place; null when no more fit. */
    private @Nullable Entry here() throws FormatException {
        if (at > area.length() - HEADER_BYTES || area.u8(at) == 0) {
            return null;
        }
        int length = area.u8(at + 2);
        area.require(
                length >= HEADER_BYTES && length <= area.length() - at,
                "length of an entry",
                at + 2,
                "from 4, within " + (area.length() - at),
                length);
        String signature = "" + (char) area.u8(at) + (char) area.u8(at + 1);
        Entry entry = new Entry(signature, area.sub(signature, at, length));
        at += length;
        return entry;
    }

    private void goOn(StructReader from) throws IOException {
        if (++areas > MAX_AREAS) {
            throw new FormatException("system use in more than " + MAX_AREAS + " areas: a cycle");
        }
        from.require(from.length() >= CONTINUATION_BYTES, "length", 2, "28", from.length());
        area = volume.area(from.u32(4), from.u32(12), from.u32(20));
        at = 0;
        continuation = null;
    }
}
