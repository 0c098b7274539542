package mirage.image.block;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A table of numbers in a container, read as it is needed, with a few MiB of it kept. It lies within the container, so
 * that what it may cost is bounded by what was uploaded. Safe for use by many threads.
 */
public final class EntryTable {
    private static final int PAGE_BYTES = 64 << 10;
    private static final int CACHED_PAGES = 64;

    private final ByteSource container;
    private final long offset;
    private final long entries;
    private final int entryBytes;
    private final ByteOrder order;
    private final BoundedCache<ByteBuffer> pages = new BoundedCache<>(CACHED_PAGES);

    private EntryTable(
            ByteSource container, long offset, long entries, int entryBytes, ByteOrder order) {
        this.container = container;
        this.offset = offset;
        this.entries = entries;
        this.entryBytes = entryBytes;
        this.order = order;
    }

    /**
     * @param name for messages
     * @param entryBytes 4 or 8
     * @throws FormatException when the table does not lie within the container
     */
    public static EntryTable within(
            ByteSource container,
            String name,
            long offset,
            long entries,
            int entryBytes,
            ByteOrder order)
            throws FormatException {
        if (offset < 0
                || entries < 0
                || entries > container.length() / entryBytes
                || offset > container.length() - entries * entryBytes) {
            throw new FormatException(
                    name
                            + " at "
                            + offset
                            + ": expected "
                            + entries
                            + " entries within the container, which ends at "
                            + container.length());
        }
        return new EntryTable(container, offset, entries, entryBytes, order);
    }

    public long offset() {
        return offset;
    }

    public long entries() {
        return entries;
    }

    /** An entry, one of 4 bytes without a sign. */
    public long entry(long index) throws IOException {
        long at = index * entryBytes;
        ByteBuffer page = pages.get(at / PAGE_BYTES, () -> readPage(at / PAGE_BYTES));
        int inPage = (int) (at % PAGE_BYTES);
        return entryBytes == Long.BYTES ? page.getLong(inPage) : page.getInt(inPage) & 0xffff_ffffL;
    }

    private ByteBuffer readPage(long number) throws IOException {
        long from = number * PAGE_BYTES;
        int length = (int) Math.min(PAGE_BYTES, entries * entryBytes - from);
        ByteBuffer page = ByteBuffer.allocate(length).order(order);
        container.readFully(offset + from, page);
        return page;
    }
}
