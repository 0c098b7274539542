package mirage.library;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.image.DiskImage;
import mirage.image.ImageFormats;
import mirage.image.wrapped.Wrapping;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.pack.ChunkStore;
import mirage.rebuild.Original;
import mirage.rebuild.Originals;
import mirage.rebuild.Rebuilder;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;

/** Opens the bytes of images, wherever they are by now: in a spool, or in chunks. */
final class ImageContents {
    private final StoredImages images;
    private final Uploads uploads;
    private final ManifestStore manifests;
    private final ChunkStore chunks;
    private final Rebuilder rebuilder;
    private final Originals originals;

    ImageContents(
            StoredImages images,
            Uploads uploads,
            ManifestStore manifests,
            ChunkStore chunks,
            Rebuilder rebuilder,
            Originals originals) {
        this.images = images;
        this.uploads = uploads;
        this.manifests = manifests;
        this.chunks = chunks;
        this.rebuilder = rebuilder;
        this.originals = originals;
    }

    /**
     * @throws ImageNotFoundException when the image is not here
     * @throws FormatException when the disk in it cannot be read from the image alone, or is not one
     */
    ImageContent open(ImageId image, View view) throws IOException {
        CatalogEntry entry = images.require(image);
        ManifestId manifest = entry.manifest();
        return manifest == null ? openSpooled(entry, view) : open(manifests.read(manifest), view);
    }

    private ImageContent openSpooled(CatalogEntry entry, View view) throws IOException {
        ByteSource spool;
        try {
            spool = uploads.open(entry);
        } catch (NoSuchFileException e) {
            if (Objects.equals(images.require(entry.image()).spool(), entry.spool())) {
                throw e;
            }
            // Structured, taken over, or another image of this id: the catalog says so by now.
            return open(entry.image(), view);
        }
        boolean opened = false;
        try {
            ImageContent content =
                    new SourceContent(view == View.CONTAINER ? spool : oneDisk(spool), spool);
            opened = true;
            return content;
        } finally {
            if (!opened) {
                spool.close();
            }
        }
    }

    private ImageContent open(ImageManifest manifest, View view) throws IOException {
        if (view == View.CONTAINER) {
            return container(manifest);
        }
        requireOneDisk(manifest.disks());
        return openDisks(manifest);
    }

    /**
     * The disk, or all disks of an image that has several, one behind the other.
     *
     * @throws FormatException when they cannot be read
     */
    ImageContent openDisks(ImageManifest manifest) throws IOException {
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ -> container(manifest);
            case DiskView.OwnRecipe own ->
                    new RecipeContent(own.recipe(), chunks, rebuilder, () -> Original.NONE);
            case DiskView.ThroughFormat _ -> {
                ByteSource container = container(manifest);
                yield new SourceContent(opened(container).disk(), container);
            }
            case DiskView.Opaque _ ->
                    throw new FormatException(
                            "the disk in this image cannot be read from the image alone: "
                                    + manifest.warnings());
        };
    }

    /**
     * One disk of an image that has several.
     *
     * @throws FormatException when it has none of that name
     */
    ImageContent openDisk(ImageManifest manifest, String name) throws IOException {
        for (NamedExtent disk : manifest.disks()) {
            if (disk.name().equals(name)) {
                return new PartContent(openDisks(manifest), disk.offset(), disk.length());
            }
        }
        throw new FormatException(
                manifest.disks().isEmpty()
                        ? "the image does not have several disks, of which one could be named "
                                + name
                        : "one of the disks "
                                + names(manifest.disks())
                                + " expected, found "
                                + name);
    }

    private ImageContent container(ImageManifest manifest) {
        return new RecipeContent(
                manifest.container(),
                chunks,
                rebuilder,
                () -> originals.open(manifest.digests().sha256(), manifest.size()));
    }

    private static ByteSource oneDisk(ByteSource container) throws IOException {
        DiskImage image = opened(container);
        requireOneDisk(image.parts());
        return image.disk();
    }

    private static void requireOneDisk(List<NamedExtent> disks) throws FormatException {
        if (!disks.isEmpty()) {
            throw new FormatException(
                    "the image is of several disks, none of which is the disk of the image: "
                            + names(disks));
        }
    }

    private static List<String> names(List<NamedExtent> disks) {
        return disks.stream().map(NamedExtent::name).toList();
    }

    private static DiskImage opened(ByteSource container) throws IOException {
        DiskImage image;
        // For as long as that takes: who reads keeps the disk, and not the map.
        try (MemoryPool.Share memory = MemoryPool.ofHeap().open()) {
            image = ImageFormats.open(container, new Warnings(), memory);
        }
        if (image.recognition() == DiskImage.Recognition.OPAQUE || !image.standsAlone()) {
            throw new FormatException("the disk in this image cannot be read from the image alone");
        }
        if (image.recognition() == DiskImage.Recognition.RAW && Wrapping.of(container) != null) {
            throw new FormatException(
                    "what is in this image, which is compressed, is known when it is taken apart");
        }
        return image;
    }
}
