package mirage.glance.api;

import mirage.catalog.ImageId;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.schema.ImageSchema;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The image records as a caller sees them: what he may not see is 404. */
public final class Images {
    private final ImageRecords records;
    private final Access access;

    public Images(ImageRecords records, Access access) {
        this.records = records;
        this.access = access;
    }

    /**
     * The image that the route names.
     *
     * @throws HttpFailure 404 when it does not exist for the caller
     */
    public ImageRecord visible(Exchange exchange) {
        String id = exchange.variable("image");
        ImageRecord image = visible(id, exchange.caller());
        if (image == null) {
            throw notFound(id);
        }
        return image;
    }

    /** The image of an id, null when it does not exist for the caller. */
    public @Nullable ImageRecord visible(String id, Caller caller) {
        ImageRecord image = ImageSchema.isImageId(id) ? records.find(new ImageId(id)) : null;
        return image != null && access.sees(caller, image) ? image : null;
    }

    /**
     * Changes the image that the route names.
     *
     * @param rule by which the caller must be permitted to
     * @throws HttpFailure 404 when it does not exist for the caller, 403 when he may not change it
     */
    ImageRecord change(Exchange exchange, String rule, UnaryOperator<ImageRecord> change) {
        ImageRecord image = visible(exchange);
        access.require(rule, exchange.caller(), image);
        try {
            return records.update(
                    image.id(),
                    now -> {
                        requireSameOwner(image, now);
                        return change.apply(now);
                    });
        } catch (RecordNotFoundException gone) {
            throw notFound(image.id().value());
        }
    }

    /**
     * Removes the image that the route names.
     *
     * @param check as that of {@link ImageRecords#remove}
     * @return the image as it was
     * @throws HttpFailure 404 when it does not exist for the caller, 403 when he may not remove it
     */
    ImageRecord remove(Exchange exchange, String rule, Consumer<ImageRecord> check) {
        String id = exchange.variable("image");
        ImageRecord image = visible(id, exchange.caller());
        if (image == null) {
            throw nothingToDelete(id);
        }
        access.require(rule, exchange.caller(), image);
        ImageRecord[] removed = {image};
        try {
            records.remove(
                    image.id(),
                    now -> {
                        requireSameOwner(image, now);
                        check.accept(now);
                        removed[0] = now;
                    });
        } catch (RecordNotFoundException gone) {
            throw nothingToDelete(id);
        }
        return removed[0];
    }

    private static HttpFailure nothingToDelete(String id) {
        return HttpFailure.notFound("Failed to find image " + id + " to delete");
    }

    /** The answer for an image that does not exist for the caller. */
    public static HttpFailure notFound(String id) {
        return HttpFailure.notFound("No image found with ID " + id);
    }

    /** The image may have changed hands since the caller was let pass. */
    private static void requireSameOwner(ImageRecord seen, ImageRecord now) {
        if (!Objects.equals(seen.attributes().owner(), now.attributes().owner())) {
            throw notFound(now.id().value());
        }
    }
}
