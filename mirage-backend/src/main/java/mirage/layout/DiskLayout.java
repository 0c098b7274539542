package mirage.layout;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.known.KnownContent;
import mirage.filesystem.known.KnownContents;
import mirage.image.DiskImage;
import mirage.image.DiskImage.Recognition;
import mirage.image.ImageFormats;
import mirage.image.wrapped.WrappedImage;
import mirage.image.wrapped.Wrapping;
import mirage.volume.FoundVolume;
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
 * @param volumes of the disk, as {@link Volumes#find} orders them; empty when the disk cannot be read
 */
public record DiskLayout(
        DiskImage image,
        @Nullable String format,
        boolean diskReadable,
        boolean diskPlain,
        List<VolumeLayout> volumes) {

    private static final Logger LOG = LoggerFactory.getLogger(DiskLayout.class);

    /** Each is opened, which is some work by itself, and a table of its own in the manifest. */
    private static final int MAX_FILE_SYSTEMS = 1024;

    /** Whether {@link #volumes} say anything about the bytes of the container. */
    public boolean understood() {
        return diskReadable;
    }

    /** Whether no format has its magic here, and nothing in it is known to us. */
    public boolean isUnknown() {
        return format == null && image.recognition() == Recognition.RAW;
    }

    /** What the same disk is in an image that is compressed as a whole, and decodes to this one. */
    public DiskLayout wrappedWith(Wrapping wrapping) {
        WrappedImage wrapped = new WrappedImage(wrapping, image);
        return new DiskLayout(wrapped, wrapped.format(), diskReadable, false, volumes);
    }

    /**
     * Looks into an image. Whatever is wrong with it becomes a warning: no image is refused here.
     *
     * @param memory of the image, for the map of its disk
     */
    public static DiskLayout read(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        DiskImage image = ImageFormats.open(container, warnings, memory);
        if (image.recognition() == Recognition.OPAQUE) {
            return new DiskLayout(image, null, false, false, List.of());
        }
        if (!image.standsAlone()) {
            warnings.add("its disk needs files outside the image: " + image.externals());
            return new DiskLayout(image, image.format(), false, false, List.of());
        }
        WorkBudget opening = WorkBudget.ofOpenings(container.length());
        List<VolumeLayout> volumes = volumes(image, warnings, opening);
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
                                !volume.volume().table().equals(Volumes.NO_TABLE)
                                        || volume.fileSystem() != null
                                        || volume.known() != null);
        return known ? "raw" : null;
    }

    private static List<VolumeLayout> volumes(
            DiskImage image, Warnings warnings, WorkBudget opening) throws IOException {
        List<VolumeLayout> layouts = new ArrayList<>();
        int fileSystems = 0;
        int left = 0;
        for (FoundVolume found : findVolumes(image, warnings, opening)) {
            if (found.mayHoldFiles() && fileSystems == MAX_FILE_SYSTEMS) {
                left++;
                layouts.add(new VolumeLayout(found.volume(), null, null));
                continue;
            }
            VolumeLayout layout = layout(image.disk(), found, warnings, opening);
            fileSystems += layout.fileSystem() == null ? 0 : 1;
            layouts.add(layout);
        }
        if (left > 0) {
            warnings.add(
                    left
                            + " volumes behind the first "
                            + MAX_FILE_SYSTEMS
                            + " with a file system are not looked into");
        }
        return layouts;
    }

    /** Where the partition table would be, the disk may be broken. */
    private static List<FoundVolume> findVolumes(
            DiskImage image, Warnings warnings, WorkBudget opening) throws IOException {
        try {
            return Volumes.find(
                    image.disk(),
                    image.parts(),
                    volume -> holdsFileSystem(volume, opening),
                    warnings);
        } catch (FormatException e) {
            warnings.add("partition table: " + e.getMessage());
            return List.of();
        }
    }

    private static boolean holdsFileSystem(ByteSource volume, WorkBudget opening)
            throws IOException {
        try {
            return FileSystems.open(volume, new Warnings(), opening) != null;
        } catch (FormatException claimedAndUnreadable) {
            return true;
        }
    }

    private static VolumeLayout layout(
            ByteSource disk, FoundVolume found, Warnings warnings, WorkBudget opening)
            throws IOException {
        Volume volume = found.volume();
        if (!found.mayHoldFiles()) {
            KnownContent use = found.use().isEmpty() ? null : new KnownContent(found.use(), "", "");
            return new VolumeLayout(volume, null, use);
        }
        String what = "volume " + volume.id();
        try {
            ByteSource bytes = volume.bytes(disk);
            FileSystem fileSystem = FileSystems.open(bytes, warnings, opening);
            KnownContent known = fileSystem == null ? KnownContents.recognise(bytes) : null;
            if (known != null && !known.holdsNoFiles()) {
                warnings.add(what + ": " + known.type() + " is not read");
            }
            return new VolumeLayout(volume, fileSystem, known);
        } catch (FormatException e) {
            warnings.add(what + ": " + e.getMessage());
        } catch (RuntimeException e) {
            // A reader with a defect must not cost a tenant an upload.
            LOG.error("the file system reader failed on {}", what, e);
            warnings.add(what + ": its reader failed: " + e);
        }
        return new VolumeLayout(volume, null, null);
    }
}
