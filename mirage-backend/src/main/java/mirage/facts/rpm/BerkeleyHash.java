package mirage.facts.rpm;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * A hash of Berkeley DB, {@code Packages} of older rpm: number of a package to its header. All pages are looked at in
 * order, so that no bucket and no chain of them has to be followed; a header larger than a page lies in a chain of
 * overflow pages, each of which is taken once. Both byte orders. The layout is that which Berkeley DB's public header
 * {@code db_page.h} and the file(1) magic describe.
 * <pre>
 *   page    = lsn:8 number previous next:u32 entries free:u16 level type:u8 offset:u16*entries … items
 *   item    = kind:u8 bytes | 3:u8 unused:3 page length:u32
 *   entries are pairs of key and value; of an overflow page, "free" is how many bytes follow its head
 * </pre>
 */
final class BerkeleyHash implements RpmCollector.Form {
    private static final int META_BYTES = 72;
    private static final int MAGIC_AT = 12;
    private static final int MAGIC = 0x06_1561;
    private static final int META_TYPE = 8;
    private static final int HEAD_BYTES = 26;

    private static final int TYPE_HASH_UNSORTED = 2;
    private static final int TYPE_OVERFLOW = 7;
    private static final int TYPE_HASH = 13;

    private static final int ITEM_HERE = 1;
    private static final int ITEM_OFF_PAGE = 3;
    private static final int OFF_PAGE_BYTES = 12;
    private static final int KEY_BYTES = 4;
    private static final int MAX_PAGES = 1 << 24;

    @Override
    public void forEach(ByteSource database, RpmCollector.Headers headers) throws IOException {
        new Reading(database, headers).run();
    }

    private static final class Reading {
        private final ByteSource database;
        private final RpmCollector.Headers headers;
        private final ByteOrder order;
        private final int pageBytes;
        private final int pages;

        /** Overflow pages that are part of a value. */
        private final BitSet taken = new BitSet();

        Reading(ByteSource database, RpmCollector.Headers headers) throws IOException {
            this.database = database;
            this.headers = headers;
            StructReader little = meta(ByteOrder.LITTLE_ENDIAN);
            this.order =
                    little.u32(MAGIC_AT) == MAGIC ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            StructReader meta = meta(order);
            meta.require(
                    meta.u32(MAGIC_AT) == MAGIC,
                    "magic",
                    MAGIC_AT,
                    "that of a hash",
                    meta.u32(MAGIC_AT));
            meta.require(meta.u8(24) == 0, "encryption", 24, "none", meta.u8(24));
            meta.require(meta.u8(25) == META_TYPE, "type", 25, "a hash's", meta.u8(25));
            this.pageBytes = meta.boundedU32(20, 512, 64 << 10, "page size");
            meta.require(
                    Integer.bitCount(pageBytes) == 1, "page size", 20, "a power of 2", pageBytes);
            this.pages = (int) Math.min(MAX_PAGES, database.length() / pageBytes);
        }

        private StructReader meta(ByteOrder byteOrder) throws IOException {
            return StructReader.read("Berkeley DB", database, 0, META_BYTES, byteOrder);
        }

        void run() throws IOException {
            for (int number = 1; number < pages; number++) {
                StructReader page = page(number);
                int type = page.u8(25);
                if (type == TYPE_HASH || type == TYPE_HASH_UNSORTED) {
                    readPairs(page);
                }
            }
        }

        private StructReader page(long number) throws IOException {
            return StructReader.read(
                    "Berkeley DB page " + number, database, number * pageBytes, pageBytes, order);
        }

        private void readPairs(StructReader page) throws IOException {
            int entries = page.u16(20);
            int end = pageBytes;
            for (int i = 0; i + 1 < entries; i += 2) {
                int keyAt = place(page, i, end);
                int valueAt = place(page, i + 1, keyAt);
                boolean isPackage =
                        page.u8(keyAt) == ITEM_HERE
                                && end - keyAt == 1 + KEY_BYTES
                                && page.s32(keyAt + 1) != 0;
                if (isPackage) {
                    headers.take(value(page, valueAt, keyAt));
                }
                end = valueAt;
            }
        }

        /** Items fill the page from its end, in the order of their offsets. */
        private int place(StructReader page, int entry, int end) throws FormatException {
            int field = HEAD_BYTES + 2 * entry;
            int at = page.u16(field);
            page.require(
                    at > field && at < end,
                    "item " + entry,
                    field,
                    "between " + field + " and " + end,
                    at);
            return at;
        }

        private ByteBuffer value(StructReader page, int at, int end) throws IOException {
            switch (page.u8(at)) {
                case ITEM_HERE -> {
                    return ByteBuffer.wrap(page.bytes(at + 1, end - at - 1));
                }
                case ITEM_OFF_PAGE -> {
                    page.require(end - at >= OFF_PAGE_BYTES, "item", at, "of 12 bytes", end - at);
                    int length = page.boundedU32(at + 8, 0, NdbPackages.MAX_HEADER_BYTES, "length");
                    return overflow(page.u32(at + 4), length);
                }
                default ->
                        throw page.refuse("item kind", at, "1 or 3", Integer.toString(page.u8(at)));
            }
        }

        private ByteBuffer overflow(long first, int length) throws IOException {
            ByteBuffer value =
                    ByteBuffer.allocate((int) Math.min(length, (long) pages * pageBytes));
            for (long number = first; value.hasRemaining(); ) {
                if (number <= 0 || number >= pages || taken.get((int) number)) {
                    throw new FormatException(
                            "Berkeley DB: an overflow page that is nobody else's expected,"
                                    + " found page "
                                    + number);
                }
                taken.set((int) number);
                StructReader page = page(number);
                page.require(page.u8(25) == TYPE_OVERFLOW, "type", 25, "overflow", page.u8(25));
                int here = Math.min(value.remaining(), page.u16(22));
                value.put(page.bytes(HEAD_BYTES, here));
                number = page.u32(16);
            }
            return value.flip();
        }
    }
}
