package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;

/** VirtualBox's VDI (QEMU, {@code block/vdi.c}). A differencing image lives on its parent. */
final class VdiProbe implements FormatProbe {
    private static final String VDI = "vdi";
    private static final int MAGIC_OFFSET = 0x40;
    private static final String MAGIC = "\u007f\u0010\u00da\u00be";
    private static final int HEADER_BYTES = 512;
    private static final int TYPE_UNDO = 3;
    private static final int TYPE_DIFFERENCING = 4;

    @Override
    public String format() {
        return VDI;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, MAGIC_OFFSET, MAGIC);
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader header =
                StructReader.read("VDI header", image, 0, HEADER_BYTES, ByteOrder.LITTLE_ENDIAN);
        long type = header.u32(0x4c);
        long size = header.boundedS64(0x170, 0, Long.MAX_VALUE, "disk size");
        boolean hasParent = type == TYPE_UNDO || type == TYPE_DIFFERENCING;
        return FormatMatch.of(
                VDI,
                size,
                hasParent
                        ? List.of(new SafetyFailure(SafetyFailure.PARENT, "Image has a parent"))
                        : List.of());
    }
}
