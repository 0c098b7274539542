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

import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The image records as a caller sees them: what he may not see is 404. */
final class Images {
    private final ImageRecords records;

    Images(ImageRecords records) {
        this.records = records;
    }

    /**
     * The image that the route names.
     *
     * @throws HttpFailure 404 when it does not exist for the caller
     */
    ImageRecord visible(Exchange exchange) {
        String id = exchange.variable("image");
        ImageRecord image = visible(id, exchange.caller());
        if (image == null) {
            throw notFound(id);
        }
        return image;
    }

    /** The image of an id, null when it does not exist for the caller. */
    @Nullable ImageRecord visible(String id, Caller caller) {
        ImageRecord image = ImageSchema.isImageId(id) ? records.find(new ImageId(id)) : null;
        return image != null && Policy.sees(caller, image) ? image : null;
    }

    /**
     * Changes the image that the route names.
     *
     * @throws HttpFailure 404 when it does not exist for the caller, 403 when he may not change it
     */
    ImageRecord change(Exchange exchange, UnaryOperator<ImageRecord> change) {
        ImageId id = visible(exchange).id();
        try {
            return records.update(
                    id,
                    image -> {
                        requireMayChange(exchange.caller(), image);
                        return change.apply(image);
                    });
        } catch (RecordNotFoundException gone) {
            throw notFound(id.value());
        }
    }

    /**
     * Removes the image that the route names.
     *
     * @param check as that of {@link ImageRecords#remove}
     * @throws HttpFailure 404 when it does not exist for the caller, 403 when he may not change it
     */
    void remove(Exchange exchange, Consumer<ImageRecord> check) {
        ImageId id = visible(exchange).id();
        try {
            records.remove(
                    id,
                    image -> {
                        requireMayChange(exchange.caller(), image);
                        check.accept(image);
                    });
        } catch (RecordNotFoundException gone) {
            throw notFound(id.value());
        }
    }

    static HttpFailure notFound(String id) {
        return HttpFailure.notFound("No image found with ID " + id);
    }

    /** The image may have changed hands since it was looked at. */
    private static void requireMayChange(Caller caller, ImageRecord image) {
        if (!Policy.sees(caller, image)) {
            throw notFound(image.id().value());
        }
        Policy.requireMayChange(caller, image);
    }
}
