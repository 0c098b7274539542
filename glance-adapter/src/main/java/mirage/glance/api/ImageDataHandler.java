package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.library.ImageContent;
import mirage.library.ImageLibrary;
import mirage.library.ImageNotFoundException;
import mirage.library.View;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** {@code /v2/images/{image}/file}: the bytes, in and out. */
final class ImageDataHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ImageDataHandler.class);

    /** Exactly this: glanceclient takes anything else for a text, also with a charset behind it. */
    private static final String BYTES = "application/octet-stream";

    private final Images images;
    private final ImageLibrary library;
    private final Uploads uploads;

    ImageDataHandler(ImageRecords records, ImageLibrary library, Uploads uploads) {
        this.images = new Images(records);
        this.library = library;
        this.uploads = uploads;
    }

    void upload(Exchange exchange) throws IOException {
        if (!BYTES.equals(exchange.header("Content-Type"))) {
            throw new HttpFailure(415, "The media type of an image's bytes is " + BYTES);
        }
        Long announced = announcedSize(exchange);
        ImageRecord image = images.change(exchange, uploads::begin);
        uploads.receive(image, exchange.body(), announced);
        exchange.answerNoContent();
    }

    void download(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        if (image.status() == ImageStatus.DEACTIVATED && !exchange.caller().isAdmin()) {
            throw HttpFailure.forbidden(
                    "The requested image has been deactivated. Image data download is forbidden.");
        }
        Policy.requireMayReadBytes(exchange.caller());
        ImageData data = image.data();
        if (data == null) {
            exchange.answerNoContent();
            return;
        }
        ByteRange range =
                ByteRange.of(
                        exchange.header("Range"), exchange.header("Content-Range"), data.size());
        ImageContent content;
        try {
            content = library.open(image.id(), View.CONTAINER);
        } catch (ImageNotFoundException lost) {
            // Removed while we looked, or lost by the library: the start of the service has said
            // so.
            LOG.error("image {}: has a record and no bytes", image.id());
            exchange.answerNoContent();
            return;
        }
        try (content) {
            requireSame(image, data.size(), content.length());
            send(exchange, data, content, range);
        }
    }

    private static void send(
            Exchange exchange, ImageData data, ImageContent content, @Nullable ByteRange range)
            throws IOException {
        // Glance sends the digest in hexadecimal and always that of the whole image.
        exchange.answerHeader("Content-MD5", data.md5());
        if (range == null) {
            exchange.answerStream(
                    200,
                    BYTES,
                    data.size(),
                    channel -> content.transferTo(0, data.size(), channel));
        } else {
            exchange.answerHeader("Content-Range", range.contentRange(data.size()));
            exchange.answerStream(
                    206,
                    BYTES,
                    range.length(),
                    channel -> content.transferTo(range.offset(), range.length(), channel));
        }
    }

    private static void requireSame(ImageRecord image, long recorded, long found) {
        if (recorded != found) {
            throw new IllegalStateException(
                    "image "
                            + image.id()
                            + ": the record says "
                            + recorded
                            + " bytes, the library has "
                            + found);
        }
    }

    private static @Nullable Long announcedSize(Exchange exchange) {
        String header = exchange.header("X-OpenStack-Image-Size");
        if (header == null) {
            return null;
        }
        try {
            return Long.valueOf(header.strip());
        } catch (NumberFormatException malformed) {
            throw HttpFailure.badRequest("X-OpenStack-Image-Size is not a number: " + header);
        }
    }
}
