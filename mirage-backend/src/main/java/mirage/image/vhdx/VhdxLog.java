package mirage.image.vhdx;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The log (section 2.3), as far as asking whether it was replayed. Changes of tables are written to it first, so that a container
 * whose log still counts may have torn tables; which only who may write it can repair.
 */
final class VhdxLog {
    private static final int SECTOR_BYTES = 4096;
    private static final int ENTRY_HEADER_BYTES = 64;
    private static final long SIGNATURE = 0x65676f6cL;

    /** Entries that change nothing are this long. */
    private static final int MAX_ENTRY_BYTES = 64 << 20;

    private VhdxLog() {}

    /**
     * @throws FormatException when the log holds an entry that counts, or lies outside the container
     */
    static void requireReplayed(ByteSource container, VhdxHeader header) throws IOException {
        if (header.log().equals(Guid.NULL)) {
            return;
        }
        if (header.logOffset() < 0 || header.logOffset() > container.length() - header.logBytes()) {
            throw new FormatException(
                    "VHDX log at "
                            + header.logOffset()
                            + ": expected "
                            + header.logBytes()
                            + " bytes within the container, which ends at "
                            + container.length());
        }
        long budget = header.logBytes();
        for (long at = 0; at <= header.logBytes() - SECTOR_BYTES; at += SECTOR_BYTES) {
            StructReader entry =
                    VhdxHeader.read(
                            "VHDX log entry",
                            container,
                            header.logOffset() + at,
                            ENTRY_HEADER_BYTES);
            if (!mayCount(entry, header)) {
                continue;
            }
            budget -= entry.u32(8);
            // Many that overlap are nobody's honest log: no need to hash them all.
            if (budget < 0 || agrees(container, header, at, entry)) {
                throw entry.refuse("log", 0, "one that was replayed", "an entry that was not");
            }
        }
    }

    private static boolean mayCount(StructReader entry, VhdxHeader header) throws FormatException {
        long bytes = entry.u32(8);
        return entry.u32(0) == SIGNATURE
                && Guid.at(entry, 32).equals(header.log())
                && bytes > 0
                && bytes % SECTOR_BYTES == 0
                && bytes <= Math.min(header.logBytes(), MAX_ENTRY_BYTES)
                && entry.s64(16) != 0;
    }

    /** With its checksum; an entry may go round the end of the log. */
    private static boolean agrees(
            ByteSource container, VhdxHeader header, long at, StructReader entry)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.u32(8));
        int untilEnd = (int) Math.min(bytes.capacity(), header.logBytes() - at);
        container.readFully(header.logOffset() + at, bytes.limit(untilEnd));
        container.readFully(header.logOffset(), bytes.limit(bytes.capacity()));
        return entry.u32(4) == VhdxHeader.checksum(bytes.array());
    }
}
