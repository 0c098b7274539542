package mirage.image.vdi;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** VDI. Opening reads the header and the block map once. */
public final class VdiFormat implements ImageFormat {
    static final String NAME = "vdi";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        return VdiHeader.claims(container)
                ? VdiHeader.read(container).open(container, warnings, memory)
                : null;
    }
}
