package mirage.facts.rpm;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * rpm's own database, {@code Packages.db}: little-endian; pages of slots, and blocks of 16 bytes in which each header
 * lies between a head and a tail. There is no written specification; the fields are those that rpm's documentation of
 * the back end and independent readers of it (go-rpmdb) name.
 * <pre>
 *   file = magic "RpmP" version generation slotPages nextPackage:u32 unused:12 slot*
 *   slot = magic "Slot" package blockAt blocks:u32           package 0: free; the first two places are the header
 *   blob = magic "BlbS" package generation length:u32 header (padding, Adler-32, length, magic "BlbE")
 * </pre>
 */
final class NdbPackages implements RpmCollector.Form {
    private static final long MAGIC = 0x506d_7052; // "RpmP"
    private static final long SLOT_MAGIC = 0x746f_6c53; // "Slot"
    private static final long BLOB_MAGIC = 0x5362_6c42; // "BlbS"
    private static final int HEADER_BYTES = 32;
    private static final int PAGE_BYTES = 4096;
    private static final int MAX_PAGES = 2048;
    private static final int SLOT_BYTES = 16;
    private static final int BLOCK_BYTES = 16;
    private static final int BLOB_HEAD_BYTES = 16;
    static final int MAX_HEADER_BYTES = 32 << 20;

    @Override
    public void forEach(ByteSource database, RpmCollector.Headers headers) throws IOException {
        StructReader header = read("ndb header", database, 0, HEADER_BYTES);
        header.require(header.u32(0) == MAGIC, "magic", 0, "RpmP", header.u32(0));
        header.require(header.u32(4) == 0, "version", 4, "0", header.u32(4));
        int pages = header.boundedU32(12, 1, MAX_PAGES, "slot pages");
        StructReader slots = read("ndb slots", database, 0, pages * PAGE_BYTES);
        long left = database.length();
        for (int at = HEADER_BYTES; at < slots.length(); at += SLOT_BYTES) {
            slots.require(slots.u32(at) == SLOT_MAGIC, "slot magic", at, "Slot", slots.u32(at));
            long number = slots.u32(at + 4);
            if (number != 0) {
                long blocks = slots.u32(at + 12);
                // Packages that share their blocks would be more than the file.
                left -= blocks * BLOCK_BYTES;
                slots.require(left >= 0, "blocks", at + 12, "within the file", blocks);
                headers.take(blob(database, number, slots.u32(at + 8), blocks));
            }
        }
    }

    private static ByteBuffer blob(ByteSource database, long number, long block, long blocks)
            throws IOException {
        long at = block * BLOCK_BYTES;
        StructReader head = read("ndb package " + number, database, at, BLOB_HEAD_BYTES);
        head.require(head.u32(0) == BLOB_MAGIC, "magic", 0, "BlbS", head.u32(0));
        head.require(head.u32(4) == number, "package", 4, Long.toString(number), head.u32(4));
        int most = (int) Math.min(MAX_HEADER_BYTES, blocks * BLOCK_BYTES);
        int length = head.boundedU32(12, 0, most, "length");
        return ByteBuffer.wrap(
                read("ndb package " + number, database, at + BLOB_HEAD_BYTES, length)
                        .bytes(0, length));
    }

    private static StructReader read(String what, ByteSource database, long at, int length)
            throws IOException {
        return StructReader.read(what, database, at, length, ByteOrder.LITTLE_ENDIAN);
    }
}
