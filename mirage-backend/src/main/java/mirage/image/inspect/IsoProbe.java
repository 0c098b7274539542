package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/** ISO 9660 (ECMA-119, 8.4 "Primary Volume Descriptor") and UDF, by the descriptor that follows the system area. */
final class IsoProbe implements FormatProbe {
    static final String ISO = "iso";

    private static final int DESCRIPTOR = 32 << 10;
    private static final int DESCRIPTOR_BYTES = 2 << 10;
    private static final int PRIMARY = 1;
    private static final Set<String> IDENTIFIERS = Set.of("CD001", "NSR02", "NSR03");

    @Override
    public String format() {
        return ISO;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return IDENTIFIERS.contains(FormatProbe.bytesAt(image, DESCRIPTOR + 1, 5));
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader descriptor =
                StructReader.read(
                        "ISO volume descriptor",
                        image,
                        DESCRIPTOR,
                        DESCRIPTOR_BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        return FormatMatch.of(ISO, volumeBytes(descriptor), List.of());
    }

    private static @Nullable Long volumeBytes(StructReader descriptor) throws IOException {
        return descriptor.u8(0) == PRIMARY ? descriptor.u32(80) * descriptor.u16(128) : null;
    }
}
