package mirage.manifest;

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
 * @param disk rebuilds what the guest sees
 * @param volumes of the disk: partitions by offset, then what is made of them
 * @param warnings of the inspectors
 * @param provenance where it comes from
 * @param sketch sample by place of the disk where it has a recipe of its own, of the uploaded bytes otherwise
 * @param data digest of the uploaded bytes, null when an earlier version wrote the manifest
 * @param facts what the files say of the system in it, null when an earlier version wrote the manifest
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
        @Nullable FactTable facts) {

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
    }
}
