package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;

/**
 * LUKS (LUKS On-Disk Format Specification 1.2.3). Version 2 is recognised and refused: QEMU does not read it. What is
 * encrypted cannot be looked at.
 */
final class LuksProbe implements FormatProbe {
    private static final String LUKS = "luks";
    private static final String MAGIC = "LUKS\u00ba\u00be";
    private static final int HEADER_BYTES = 592;
    private static final int SECTOR_BYTES = 512;

    @Override
    public String format() {
        return LUKS;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, 0, MAGIC);
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader header =
                StructReader.read("LUKS header", image, 0, HEADER_BYTES, ByteOrder.BIG_ENDIAN);
        int version = header.u16(6);
        if (version != 1) {
            return FormatMatch.unsafe(
                    LUKS, "version", "LUKS version " + version + " is not supported");
        }
        long payload = header.u32(104) * SECTOR_BYTES;
        header.require(
                payload <= image.length(),
                "payload offset",
                104,
                "within the " + image.length() + " bytes of the image",
                payload);
        return FormatMatch.of(LUKS, image.length() - payload, List.of());
    }
}
