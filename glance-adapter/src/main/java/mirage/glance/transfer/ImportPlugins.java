package mirage.glance.transfer;

import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoredBytes;
import mirage.image.inspect.FormatMatch;
import mirage.library.ImageLibrary;
import mirage.library.StoredImage;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Changes the bytes of an import as operators want it, before they are looked at and become the image's. Each change:
 *
 * <pre>
 *   1. the store gets the new bytes    under an id beside the image's
 *   2. the record names their format   if it is another
 *   3. the old bytes go
 *   4. the new ones move to the image's id
 * </pre>
 *
 * A run that was cut short is told from this: where there are new bytes and no old ones, 4 is missing; where there are
 * both, 3 is, once the record names the format that comes out, and else all is done again.
 */
public final class ImportPlugins {
    private static final Logger LOG = LoggerFactory.getLogger(ImportPlugins.class);
    private static final String RAW = "raw";
    private static final String BARE = "bare";
    private static final String COMPRESSED = "compressed";

    /** Of a container, and what the library calls an archive of disks. */
    private static final String OVA = "ova";

    private static final String MADE = ".made";

    /** What the library reads the disk of, besides raw. */
    private static final Set<String> CONVERTIBLE =
            Set.of("qcow2", "vhd", "vhdx", "vdi", "vmdk", "ploop");

    /** Conversion reads the disk, which the library knows once it has taken the image apart. */
    private static final Duration AT_MOST = Duration.ofHours(6);

    /** How long it waits for that without looking whether the service stops. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final List<ImportPlugin> plugins;
    private final ImageRecords records;
    private final long cap;
    private final Stop stop;
    private final Clock clock;

    /**
     * @param plugins in the order in which they work
     * @param cap the most bytes that an image may have, also when it was made here
     * @param stop ends the work between changes and between blocks of bytes
     */
    public ImportPlugins(
            List<ImportPlugin> plugins, ImageRecords records, long cap, Stop stop, Clock clock) {
        this.plugins = List.copyOf(plugins);
        this.records = records;
        this.cap = cap;
        this.stop = stop;
        this.clock = clock;
    }

    /** Whether any of them changes bytes. */
    boolean changeBytes() {
        return plugins.contains(ImportPlugin.IMAGE_DECOMPRESSION)
                || plugins.contains(ImportPlugin.IMAGE_CONVERSION);
    }

    /** Whether a run that was cut short may have named the format already. */
    boolean mayHaveConverted(ImageRecord image) {
        return plugins.contains(ImportPlugin.IMAGE_CONVERSION) && RAW.equals(format(image));
    }

    /**
     * Does all that is to be done to the bytes that a store has of an image.
     *
     * @throws HttpFailure when they are not what can be worked on
     */
    void run(ImageId id, LibraryStore store) throws IOException {
        finish(existing(id), store);
        for (ImportPlugin plugin : plugins) {
            stop.check();
            switch (plugin) {
                case IMAGE_DECOMPRESSION -> decompress(existing(id), store);
                case IMAGE_CONVERSION -> convert(existing(id), store);
                case INJECT_IMAGE_METADATA, NO_OP -> {}
            }
        }
    }

    /** Removes what is left beside an image's bytes; where they are all that there is, they stay. */
    static void tidy(ImageId id, LibraryStore store) throws IOException {
        if (store.library().find(id) != null) {
            store.library().delete(beside(id));
        }
    }

    /** Removes what is left of an image that is gone. */
    static void forget(ImageId id, LibraryStore store) throws IOException {
        store.library().delete(beside(id));
    }

    private void finish(ImageRecord image, LibraryStore store) throws IOException {
        ImageLibrary library = store.library();
        if (library.find(beside(image.id())) == null) {
            return;
        }
        if (library.find(image.id()) == null || RAW.equals(format(image))) {
            swap(image.id(), library);
        } else {
            library.delete(beside(image.id()));
        }
    }

    private void decompress(ImageRecord image, LibraryStore store) throws IOException {
        if (COMPRESSED.equals(image.attributes().containerFormat())) {
            return;
        }
        try (StoredBytes bytes = store.open(store.locationOf(image.id()))) {
            Compression kind = Compression.of(bytes);
            if (kind == null) {
                return;
            }
            try (InputStream plain = kind.open(stop.over(bytes.stream()))) {
                make(image, store, plain);
            }
        } catch (IOException failure) {
            if (Compression.isDamage(failure)) {
                throw refused("decompressed", failure);
            }
            throw failure;
        }
        swap(image.id(), store.library());
        LOG.info("image {}: decompressed", image.id());
    }

    private void convert(ImageRecord image, LibraryStore store) throws IOException {
        String declared = format(image);
        if (RAW.equals(declared)) {
            return;
        }
        if (!isArchive(image, store.library())) {
            if (!CONVERTIBLE.contains(declared)) {
                throw HttpFailure.badRequest("Unable to convert from format " + declared);
            }
            requireSafe(image.id(), store, declared);
            awaitStructured(image.id(), store.library());
        }
        try (StoredBytes disk = store.openDisk(image.id());
                InputStream raw = stop.over(disk.stream())) {
            make(image, store, raw);
        } catch (FormatException broken) {
            throw refused("converted", broken);
        }
        records.update(image.id(), this::converted);
        swap(image.id(), store.library());
        LOG.info("image {}: converted from {} to raw", image.id(), declared);
    }

    /**
     * Whether the image is what its container says, an archive of disks: the library has read them then, and follows no
     * name that is in one. To an inspector of disk images an archive is raw.
     */
    private boolean isArchive(ImageRecord image, ImageLibrary library) throws IOException {
        if (!OVA.equals(image.attributes().containerFormat())) {
            return false;
        }
        awaitStructured(image.id(), library);
        StoredImage stored = library.find(image.id());
        return stored != null && OVA.equals(stored.format());
    }

    private void awaitStructured(ImageId id, ImageLibrary library) throws IOException {
        long begun = System.nanoTime();
        while (library.awaitStructured(id, LOOK).state() != StoredImage.State.STRUCTURED) {
            stop.check();
            if (System.nanoTime() - begun > AT_MOST.toNanos()) {
                throw new IOException("image " + id + " is not taken apart in time");
            }
        }
    }

    private static void requireSafe(ImageId id, LibraryStore store, String declared)
            throws IOException {
        FormatMatch found = ImageFacts.inspect(store, id).decided();
        if (found == null || !found.format().equals(declared)) {
            throw new HttpFailure(415, "Image content does not match disk_format " + declared);
        }
        if (!found.isSafe()) {
            throw new HttpFailure(415, "Image has disallowed configuration");
        }
    }

    private ImageRecord converted(ImageRecord image) {
        return image.withAttributes(
                image.attributes().draft().diskFormat(RAW).containerFormat(BARE).build(),
                clock.instant());
    }

    /** Step 1. */
    private void make(ImageRecord image, LibraryStore store, InputStream bytes) throws IOException {
        UploadStream upload = new UploadStream(bytes, cap, null, ContentCheck.NOTHING.begin(image));
        try {
            store.library().store(beside(image.id()), Uploads.labelOf(image.attributes()), upload);
        } catch (IOException failure) {
            HttpFailure told = upload.failure();
            if (told != null && told.status() == 413) {
                throw told;
            }
            // What broke the stream off, in place of the news that it did.
            throw failure.getCause() instanceof IOException cause && told != null ? cause : failure;
        }
    }

    /** Steps 3 and 4. */
    private static void swap(ImageId id, ImageLibrary library) throws IOException {
        library.delete(id);
        library.move(beside(id), id);
    }

    private static HttpFailure refused(String what, IOException broken) {
        return HttpFailure.badRequest(
                "The image cannot be " + what + ": " + String.valueOf(broken.getMessage()));
    }

    private static String format(ImageRecord image) {
        return String.valueOf(image.attributes().diskFormat());
    }

    /** No id that an image has: the Image API's are UUIDs. */
    private static ImageId beside(ImageId id) {
        return new ImageId(id + MADE);
    }

    private ImageRecord existing(ImageId id) {
        ImageRecord image = records.find(id);
        if (image == null) {
            throw new RecordNotFoundException(id);
        }
        return image;
    }
}
