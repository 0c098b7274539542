package mirage.image.vmdk;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.External;
import mirage.image.ImageFormat;
import mirage.image.block.TableImage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * VMDK. Opening a sparse extent reads the header, the grain directory, each grain table and each marker of a compressed grain once. Of
 * an image that is a descriptor only its size and the names of its files are known; ESX's own sparse extents are
 * recognised and not read.
 */
public final class VmdkFormat implements ImageFormat {
    public static final String NAME = "vmdk";

    private static final String HOSTED_SPARSE = "KDMV";
    private static final String ESX_SPARSE = "COWD";

    /** The constant header of {@code seSparse}: its magic and version 2.1, as QEMU knows it. */
    private static final String SPACE_EFFICIENT_SPARSE =
            "\u00be\u00ba\u00fe\u00ca\0\0\0\0\u0001\0\0\0\u0002\0\0\0";

    /** Whether a file that a descriptor asks for is a sparse extent, which is an image by itself. */
    public static boolean isSparseExtent(External external) {
        return external.role().equals(Descriptor.role("SPARSE"));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        String start = start(container);
        if (start.startsWith(HOSTED_SPARSE)) {
            return sparse(container, warnings, memory);
        }
        if (start.equals(Descriptor.FIRST_LINE)) {
            return described(Descriptor.read(container, 0, container.length()));
        }
        if (start.startsWith(ESX_SPARSE) || start.startsWith(SPACE_EFFICIENT_SPARSE)) {
            throw new FormatException("VMDK at 0: a sparse extent of ESX, which is not read");
        }
        return null;
    }

    private static DiskImage sparse(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        VmdkHeader header = VmdkHeader.read(container);
        Descriptor descriptor =
                header.descriptorOffset() == 0
                        ? new Descriptor(0, List.of(), List.of())
                        : Descriptor.read(
                                container, header.descriptorOffset(), header.descriptorBytes());
        if (header.diskBytes() == 0 && !descriptor.extents().isEmpty()) {
            return described(descriptor);
        }
        GrainMap map = GrainMap.open(container, header);
        TableImage image =
                header.compressed()
                        ? TableImage.encoded(
                                NAME,
                                container,
                                map,
                                Grains::decode,
                                (int) header.grainBytes(),
                                warnings,
                                memory)
                        : TableImage.mapped(NAME, container, map, warnings, memory);
        return descriptor.parents().isEmpty() ? image : image.asking(descriptor.parents());
    }

    /** A descriptor that names no file describes a disk that nobody has. */
    private static DiskImage described(Descriptor descriptor) throws FormatException {
        List<External> externals = new ArrayList<>(descriptor.extents());
        externals.addAll(descriptor.parents());
        if (externals.isEmpty()) {
            throw new FormatException("VMDK descriptor: expected extents, found none");
        }
        return TableImage.elsewhere(NAME, descriptor.diskBytes(), externals);
    }

    private static String start(ByteSource container) throws IOException {
        int length = (int) Math.min(Descriptor.FIRST_LINE.length(), container.length());
        ByteBuffer bytes = ByteBuffer.allocate(length);
        container.readFully(0, bytes);
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }
}
