package mirage.facts.language;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The entries of a zip archive by its central directory. Specification: PKWARE's APPNOTE.TXT, 4.3. Archives of 4 GiB or
 * 65,535 entries and more (ZIP64) are not read.
 */
final class ZipDirectory {
    private static final int END_MAGIC = 0x0605_4b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT_BYTES = 65_535;
    private static final long ENTRY_MAGIC = 0x0201_4b50;
    private static final int ENTRY_BYTES = 46;
    private static final long LOCAL_MAGIC = 0x0403_4b50;
    private static final int LOCAL_BYTES = 30;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    private static final long IN_ZIP64 = 0xffff_ffffL;

    private ZipDirectory() {}

    /**
     * An entry.
     *
     * @param localAt of its local header in the archive
     */
    record Entry(String name, int flags, int method, long packed, long size, long localAt) {
        /** Whether its bytes are in the archive as they are. */
        boolean isStored() {
            return method == STORED && (flags & ENCRYPTED) == 0;
        }
    }

    /** Takes the entries. */
    @FunctionalInterface
    interface EntryVisitor {
        void visit(Entry entry) throws IOException;
    }

    /** Shows every entry in the order of the directory. */
    static void forEach(ByteSource archive, EntryVisitor visitor) throws IOException {
        long endAt = findEnd(archive);
        StructReader end = read("zip end record", archive, endAt, END_BYTES);
        int count = end.u16(10);
        long at = end.u32(16);
        if (at == IN_ZIP64) {
            throw new FormatException("ZIP64 is not read");
        }
        // What a launcher puts in front of an archive shifts all places in it.
        long shift = endAt - end.u32(12) - at;
        if (shift < 0) {
            throw end.refuse("directory", 16, "before its end at " + endAt, "at " + at);
        }
        at += shift;
        for (int i = 0; i < count; i++) {
            StructReader fixed = read("zip entry " + i, archive, at, ENTRY_BYTES);
            fixed.require(fixed.u32(0) == ENTRY_MAGIC, "magic", 0, "an entry's", fixed.u32(0));
            int nameBytes = fixed.u16(28);
            byte[] name =
                    read("zip name " + i, archive, at + ENTRY_BYTES, nameBytes).bytes(0, nameBytes);
            visitor.visit(
                    new Entry(
                            new String(name, StandardCharsets.UTF_8),
                            fixed.u16(8),
                            fixed.u16(10),
                            fixed.u32(20),
                            fixed.u32(24),
                            fixed.u32(42) + shift));
            at += ENTRY_BYTES + nameBytes + fixed.u16(30) + fixed.u16(32);
        }
    }

    /** The bytes of an entry that {@link Entry#isStored}. */
    static ByteSource stored(ByteSource archive, Entry entry) throws IOException {
        StructReader local = read("zip local header", archive, entry.localAt(), LOCAL_BYTES);
        local.require(local.u32(0) == LOCAL_MAGIC, "magic", 0, "a local header's", local.u32(0));
        long at = entry.localAt() + LOCAL_BYTES + local.u16(26) + local.u16(28);
        if (at > archive.length() - entry.packed()) {
            throw local.refuse(
                    "content",
                    0,
                    "within " + archive.length(),
                    at + " of length " + entry.packed());
        }
        return archive.slice(at, entry.packed());
    }

    /**
     * The decoded bytes of an entry.
     *
     * @throws FormatException when they are more than {@code maxBytes}, or cannot be decoded
     */
    static byte[] content(ByteSource archive, Entry entry, int maxBytes) throws IOException {
        if (entry.size() > maxBytes || entry.packed() > maxBytes) {
            throw new FormatException(entry.name() + ": at most " + maxBytes + " bytes expected");
        }
        if ((entry.flags() & ENCRYPTED) != 0) {
            throw new FormatException(entry.name() + " is encrypted");
        }
        ByteSource stored = stored(archive, entry);
        ByteBuffer packed = ByteBuffer.allocate((int) stored.length());
        stored.readFully(0, packed);
        return switch (entry.method()) {
            case STORED -> packed.array();
            case DEFLATED -> inflate(entry, packed.flip());
            default -> throw new FormatException(entry.name() + " has method " + entry.method());
        };
    }

    private static byte[] inflate(Entry entry, ByteBuffer packed) throws FormatException {
        byte[] content = new byte[(int) entry.size()];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int length = inflater.inflate(content);
            return length == content.length ? content : Arrays.copyOf(content, length);
        } catch (DataFormatException e) {
            throw new FormatException(entry.name() + " is damaged: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static long findEnd(ByteSource archive) throws IOException {
        int length = (int) Math.min(archive.length(), END_BYTES + MAX_COMMENT_BYTES);
        ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        archive.readFully(archive.length() - length, tail);
        for (int at = length - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END_MAGIC) {
                return archive.length() - length + at;
            }
        }
        throw new FormatException("the end record of a zip archive expected, found none");
    }

    private static StructReader read(String what, ByteSource archive, long at, int length)
            throws IOException {
        return StructReader.read(what, archive, at, length, ByteOrder.LITTLE_ENDIAN);
    }
}
