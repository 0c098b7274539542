package mirage.image.ploop;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Parallels' expandable image. Opening reads the header and its table once. */
public final class PloopFormat implements ImageFormat {
    static final String NAME = "ploop";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        return PloopHeader.claims(container)
                ? PloopHeader.read(container, warnings).open(container, warnings, memory)
                : null;
    }
}
