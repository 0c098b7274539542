package mirage.image;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.ova.OvaFormat;
import mirage.image.ploop.PloopFormat;
import mirage.image.qcow2.Qcow2Format;
import mirage.image.raw.RawImage;
import mirage.image.vdi.VdiFormat;
import mirage.image.vhd.VhdFormat;
import mirage.image.vhdx.VhdxFormat;
import mirage.image.vmdk.VmdkFormat;

import java.io.IOException;
import java.util.List;

/** The formats we know. A new one is added to the list here and nowhere else. */
public final class ImageFormats {
    /** Those with a magic, in the order they are asked. */
    private static final List<ImageFormat> WITH_MAGIC =
            List.of(
                    new Qcow2Format(),
                    new VhdxFormat(),
                    new VmdkFormat(),
                    new VdiFormat(),
                    new PloopFormat(),
                    new OvaFormat(ImageFormats::openMember),
                    // Last: a disk may end in its footer that begins as something else.
                    new VhdFormat());

    /** What may be in an archive: no archive. */
    private static final List<ImageFormat> OF_MEMBERS =
            WITH_MAGIC.stream().filter(format -> !(format instanceof OvaFormat)).toList();

    private ImageFormats() {}

    /**
     * Opens any bytes as a disk image; {@link DiskImage#recognition()} tells how well they are understood. The first
     * format whose magic is there decides: when it cannot read the image, that is noted and the image is opaque, so
     * that no other format reads a meaning into it.
     *
     * @param container hostile bytes; stays open for as long as the image is used, and is not closed by it
     * @param warnings takes what is odd, and why an image is opaque
     * @param memory for maps of disks
     * @throws IOException when the container cannot be read; never for what is in it
     */
    public static DiskImage open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        return open(WITH_MAGIC, container, warnings, memory);
    }

    /** The same of an image that is opened alone. */
    public static DiskImage open(ByteSource container, Warnings warnings) throws IOException {
        return open(container, warnings, MemoryPool.unlimited());
    }

    private static DiskImage openMember(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        return open(OF_MEMBERS, container, warnings, memory);
    }

    private static DiskImage open(
            List<ImageFormat> formats,
            ByteSource container,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        for (ImageFormat format : formats) {
            try {
                DiskImage image = format.open(container, warnings, memory);
                if (image != null) {
                    return image;
                }
            } catch (FormatException unreadable) {
                warnings.add(
                        "has the magic of "
                                + format.name()
                                + " and cannot be read as such: "
                                + unreadable.getMessage());
                return RawImage.opaque(container, format.name());
            }
        }
        return RawImage.of(container);
    }
}
