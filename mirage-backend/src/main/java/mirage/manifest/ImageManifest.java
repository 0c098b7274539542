package mirage.manifest;

import mirage.bytes.NamedExtent;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The root object of one image: immutable, named by its content.
 *
 * @param size of the uploaded bytes
 * @param digests of the uploaded bytes
 * @param format the disk format that was recognised, null when none was
 * @param virtualSize of the guest's disk in bytes; the size of the upload when no format was recognised
 * @param externals what the image asks for outside itself, as {@code role: name}; never opened
 * @param container rebuilds the uploaded bytes
 * @param disk rebuilds what the guest sees; of an image of several disks all of them
 * @param volumes of the disk: partitions by offset, then what is made of them
 * @param warnings of the inspectors
 * @param provenance where it comes from
 * @param sketch sample by place of the disk where it has a recipe of its own, of the uploaded bytes otherwise
 * @param data digest of the uploaded bytes, null when an earlier version wrote the manifest
 * @param facts what the files say of the system in it, null when an earlier version wrote the manifest
 * @param disks parts of the disk that are disks of a guest, with the names of what they come from, where an image has
 *     several, or one of several; empty when the disk is one
 */
public record ImageManifest(
        long size,
        UploadDigests digests,
        @Nullable String format,
        long virtualSize,
        List<String> externals,
        Recipe container,
        DiskView disk,
        List<VolumeRecord> volumes,
        List<String> warnings,
        Provenance provenance,
        PlaceSketch sketch,
        @Nullable DataDigest data,
        @Nullable FactTable facts,
        List<NamedExtent> disks) {

    public ImageManifest {
        if (virtualSize < 0) {
            throw new IllegalArgumentException("disk of " + virtualSize + " bytes");
        }
        if (container.length() != size) {
            throw new IllegalArgumentException(
                    "recipe of " + container.length() + " bytes for an image of " + size);
        }
        if (disk instanceof DiskView.OwnRecipe own && own.recipe().length() != virtualSize) {
            throw new IllegalArgumentException(
                    "recipe of " + own.recipe().length() + " bytes for a disk of " + virtualSize);
        }
        for (NamedExtent one : disks) {
            if (one.end() > virtualSize) {
                throw new IllegalArgumentException(one + " of " + virtualSize + " bytes");
            }
        }
    }

    /** Whether the disk is one that a guest would see, if it can be read. */
    public boolean hasOneDisk() {
        return disks.isEmpty();
    }
}
