package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * qcow2. Opening reads the header, the L1 table and each L2 table once; the map of the disk is held from then on (see
 * {@link mirage.image.block.WholeMap} for what it costs). A truncated or partly broken image opens, with a warning that says how much of
 * its disk is lost.
 */
public final class Qcow2Format implements ImageFormat {
    static final String NAME = "qcow2";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        return Qcow2Header.claims(container) ? Qcow2Image.open(container, warnings, memory) : null;
    }
}
