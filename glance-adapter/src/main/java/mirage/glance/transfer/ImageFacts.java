package mirage.glance.transfer;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoredBytes;
import mirage.image.inspect.FormatMatch;
import mirage.image.inspect.ImageInspector;
import mirage.image.inspect.Inspection;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * What records say of bytes, as the library knows it. The library may answer an upload before it has looked into it;
 * until it has, each look at the record asks it again.
 */
public final class ImageFacts {
    private static final String RAW = "raw";
    private static final String BARE = "bare";

    private final ImageRecords records;
    private final ImageStores stores;

    public ImageFacts(ImageRecords records, ImageStores stores) {
        this.records = records;
        this.stores = stores;
    }

    /**
     * What is known of bytes that were declared to be of a format. The virtual size is that of the declared format: of
     * raw bytes their size, of others what the library found when it found that very format.
     */
    public static ImageData of(StoredImage stored, ImageAttributes declared) {
        String format = declared.diskFormat();
        Long virtualSize = null;
        boolean settled = stored.state() == StoredImage.State.STRUCTURED;
        if (stored.size() == 0) {
            settled = true;
        } else if (RAW.equals(format)) {
            virtualSize = stored.size();
            settled = true;
        } else if (stored.format() != null && stored.format().equals(format)) {
            virtualSize = stored.virtualSize();
            settled = true;
        }
        return ImageData.digested(
                stored.size(),
                virtualSize,
                settled,
                stored.digests().md5(),
                stored.digests().sha512());
    }

    /**
     * What is known of bytes that were inspected. The virtual size is that of the declared format when the bytes are of
     * it, too; a container may hold anything.
     */
    static ImageData of(StoredImage stored, ImageAttributes declared, Inspection found) {
        String format = declared.diskFormat();
        Long virtualSize = null;
        if (RAW.equals(format)) {
            virtualSize = stored.size() == 0 ? null : stored.size();
        } else if (format != null && BARE.equals(declared.containerFormat())) {
            FormatMatch match = found.match(format);
            virtualSize =
                    match == null || isUnknown(match.virtualSize()) ? null : match.virtualSize();
        }
        return ImageData.digested(
                stored.size(),
                virtualSize,
                true,
                stored.digests().md5(),
                stored.digests().sha512());
    }

    /** Whether bytes are those that a record tells of, by their number and by those digests of them that it has. */
    static boolean agree(ImageData data, StoredImage stored) {
        ImageData.Hash hash = data.hash();
        return data.size() == stored.size()
                && agree(data.md5(), stored.digests().md5())
                && (hash == null || agree(hash.value(), digestOf(stored, hash.algorithm())));
    }

    private static boolean agree(@Nullable String told, @Nullable String found) {
        return told == null || found == null || told.equalsIgnoreCase(found);
    }

    /** Null for a digest that libraries do not take: records that have a SHA-1 have the MD5, too. */
    private static @Nullable String digestOf(StoredImage stored, String algorithm) {
        return switch (algorithm) {
            case "md5" -> stored.digests().md5();
            case "sha256" -> stored.digests().sha256();
            case "sha512" -> stored.digests().sha512();
            default -> null;
        };
    }

    /** To Glance, a disk of no size is one of unknown size. */
    private static boolean isUnknown(@Nullable Long virtualSize) {
        return virtualSize == null || virtualSize == 0;
    }

    /** Looks at the bytes that a store has of an image. */
    static Inspection inspect(LibraryStore store, ImageId image) throws IOException {
        try (StoredBytes bytes = store.open(store.locationOf(image))) {
            return ImageInspector.inspect(new StoredSource(bytes));
        }
    }

    /** The record with what the library has found out since; the record itself when there is nothing new. */
    public ImageRecord refresh(ImageRecord image) throws IOException {
        if (image.data() == null || image.data().isSettled()) {
            return image;
        }
        StoredImage stored = find(image);
        if (stored == null) {
            return image;
        }
        ImageData found = of(stored, image.attributes());
        if (!found.isSettled()) {
            return image;
        }
        try {
            return records.update(image.id(), record -> learned(record, found));
        } catch (RecordNotFoundException removedMeanwhile) {
            return image;
        }
    }

    private @Nullable StoredImage find(ImageRecord image) throws IOException {
        for (ImageLocation location : image.locations()) {
            if (stores.of(location) instanceof LibraryStore store) {
                return store.library().find(image.id());
            }
        }
        return null;
    }

    private static ImageRecord learned(ImageRecord record, ImageData found) {
        return record.status().hasData() ? record.withData(found) : record;
    }
}
