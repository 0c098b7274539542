package mirage.layout;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.image.DiskImage;
import mirage.image.DiskImage.Recognition;
import mirage.image.ImageFormats;
import mirage.volume.Volume;
import mirage.volume.Volumes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image is and who owns its bytes.
 *
 * @param image the image, opened; raw when its own format could not be read
 * @param format what it was recognised as; null when nothing in it is known to us
 * @param diskReadable whether the guest's disk can be read from the image alone
 * @param diskPlain whether all of the disk lies in the container as it is
 * @param volumes of the disk, by offset; empty when the disk cannot be read
 */
public record DiskLayout(
        DiskImage image,
        @Nullable String format,
        boolean diskReadable,
        boolean diskPlain,
        List<VolumeLayout> volumes) {

    private static final Logger LOG = LoggerFactory.getLogger(DiskLayout.class);

    /** Whether {@link #volumes} say anything about the bytes of the container. */
    public boolean understood() {
        return diskReadable;
    }

    /** Looks into an image. Whatever is wrong with it becomes a warning: no image is refused here. */
    public static DiskLayout read(ByteSource container, Warnings warnings) throws IOException {
        DiskImage image = ImageFormats.open(container, warnings);
        if (image.recognition() == Recognition.OPAQUE) {
            return new DiskLayout(image, null, false, false, List.of());
        }
        if (!image.standsAlone()) {
            warnings.add("its disk needs files outside the image: " + image.externals());
            return new DiskLayout(image, image.format(), false, false, List.of());
        }
        List<VolumeLayout> volumes = volumes(image.disk(), warnings);
        return new DiskLayout(
                image,
                format(image, volumes),
                true,
                image.encodedClusters().isEmpty() && image.complete(),
                volumes);
    }

    /** Bytes without a magic are raw when there is a disk in them that we know. */
    private static @Nullable String format(DiskImage image, List<VolumeLayout> volumes) {
        if (image.recognition() == Recognition.RECOGNISED) {
            return image.format();
        }
        boolean known =
                volumes.stream()
                        .anyMatch(volume ->
                                !volume.volume().table().equals("none")
                                        || volume.fileSystem() != null);
        return known ? "raw" : null;
    }

    private static List<VolumeLayout> volumes(ByteSource disk, Warnings warnings)
            throws IOException {
        List<VolumeLayout> layouts = new ArrayList<>();
        for (Volume volume : findVolumes(disk, warnings)) {
            layouts.add(new VolumeLayout(volume, fileSystem(disk, volume, warnings)));
        }
        return layouts;
    }

    /** Where the partition table would be, the disk may be broken. */
    private static List<Volume> findVolumes(ByteSource disk, Warnings warnings) throws IOException {
        try {
            return Volumes.find(disk, warnings);
        } catch (FormatException e) {
            warnings.add("partition table: " + e.getMessage());
            return List.of();
        }
    }

    private static @Nullable FileSystem fileSystem(
            ByteSource disk, Volume volume, Warnings warnings) throws IOException {
        try {
            return FileSystems.open(disk.slice(volume.offset(), volume.length()), warnings);
        } catch (FormatException e) {
            warnings.add("volume " + volume.index() + ": " + e.getMessage());
            return null;
        } catch (RuntimeException e) {
            // A reader with a defect must not cost a tenant an upload.
            LOG.error(
                    "the file system reader failed on volume {} at {}",
                    volume.index(),
                    volume.offset(),
                    e);
            warnings.add("volume " + volume.index() + ": its reader failed: " + e);
            return null;
        }
    }
}
