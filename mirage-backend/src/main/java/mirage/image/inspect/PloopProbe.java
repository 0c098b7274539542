package mirage.image.inspect;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.util.List;

/** Parallels' ploop (QEMU, {@code docs/interop/parallels.txt}), by its two magics. It refers to no other file. */
final class PloopProbe implements FormatProbe {
    private static final String PLOOP = "ploop";

    @Override
    public String format() {
        return PLOOP;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        String magic = FormatProbe.bytesAt(image, 0, 16);
        return magic.equals("WithoutFreeSpace") || magic.equals("WithouFreSpacExt");
    }

    @Override
    public FormatMatch examine(ByteSource image) {
        return FormatMatch.of(PLOOP, null, List.of());
    }
}
