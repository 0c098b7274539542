package mirage.image.vhdx;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A header (section 2.2.2): there are two, and of those that agree with their checksum the one with the higher sequence number is
 * current. Also what sections have in common.
 *
 * @param log GUID of the log's current entries, all zeros when there are none
 */
record VhdxHeader(long sequence, Guid log, long logOffset, long logBytes) {
    private static final int BYTES = 4096;
    private static final long[] PLACES = {64 << 10, 128 << 10};
    private static final long SIGNATURE = 0x64616568L;
    private static final int CHECKSUM = 4;

    /**
     * @throws FormatException when neither header is valid, or the current one has a version that we do not know
     */
    static VhdxHeader read(ByteSource container) throws IOException {
        StructReader current = null;
        for (long place : PLACES) {
            StructReader header = valid("VHDX header", container, place, BYTES, SIGNATURE);
            if (header != null
                    && (current == null
                            || Long.compareUnsigned(header.s64(8), current.s64(8)) > 0)) {
                current = header;
            }
        }
        if (current == null) {
            throw new FormatException(
                    "VHDX headers at 65536 and 131072: expected one with its checksum, found none");
        }
        current.require(current.u16(64) == 0, "log version", 64, "0", current.u16(64));
        current.require(current.u16(66) == 1, "version", 66, "1", current.u16(66));
        return new VhdxHeader(
                current.s64(8), Guid.at(current, 48), current.s64(72), current.u32(68));
    }

    /** A structure that has its signature and agrees with its checksum; null when it does not, or is not there. */
    static @Nullable StructReader valid(
            String name, ByteSource container, long offset, int bytes, long signature)
            throws IOException {
        if (offset > container.length() - bytes) {
            return null;
        }
        StructReader in = read(name, container, offset, bytes);
        return in.u32(0) == signature && in.u32(CHECKSUM) == checksum(in.bytes(0, bytes))
                ? in
                : null;
    }

    static StructReader read(String name, ByteSource container, long offset, int bytes)
            throws IOException {
        return StructReader.read(name, container, offset, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    /** CRC32C with the checksum's own four bytes as zeros. */
    static long checksum(byte[] structure) {
        CRC32C crc = new CRC32C();
        crc.update(structure, 0, CHECKSUM);
        crc.update(ByteBuffer.allocate(Integer.BYTES));
        int rest = CHECKSUM + Integer.BYTES;
        crc.update(structure, rest, structure.length - rest);
        return crc.getValue();
    }
}
