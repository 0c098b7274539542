package mirage.image.vhd;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;
import mirage.image.block.TableImage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * VHD, which QEMU calls {@code vpc}. An image that begins with a footer's copy is dynamic or differencing; one that only
 * ends with a footer is fixed, and the disk is what lies before it.
 */
public final class VhdFormat implements ImageFormat {
    static final String NAME = "vhd";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        if (VhdFooter.beginsWithCopy(container)) {
            return DynamicDisk.open(container, VhdFooter.readCopy(container), warnings, memory);
        }
        VhdFooter footer = VhdFooter.ofFixed(container);
        return footer == null ? null : TableImage.run(NAME, container, 0, footer.diskBytes());
    }
}
