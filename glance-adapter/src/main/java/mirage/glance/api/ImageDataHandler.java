package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoredBytes;
import mirage.glance.transfer.ImportRequest.Method;
import mirage.glance.transfer.Uploads;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;

/** {@code /v2/images/{image}/file}: the bytes, in and out. */
final class ImageDataHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ImageDataHandler.class);

    /** Answers say exactly this: glanceclient takes anything else for a text, also with a charset behind it. */
    private static final String BYTES = "application/octet-stream";

    private final ImageService service;
    private final ImageStores stores;
    private final Uploads uploads;
    private final Access access;
    private final Images images;

    ImageDataHandler(ImageService service, Access access) {
        this.service = service;
        this.stores = service.stores();
        this.uploads = service.uploads();
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    void upload(Exchange exchange) throws IOException {
        requireBytes(exchange);
        Long announced = announcedSize(exchange);
        LibraryStore store = storeIn(exchange);
        service.quotas().requireRoomToUpload(images.visible(exchange), exchange.declaredLength());
        ImageRecord image = images.change(exchange, RuleNames.UPLOAD_IMAGE, uploads::begin);
        uploads.receive(image, exchange.body(), announced, store);
        exchange.answerNoContent();
    }

    /** Staged bytes are in the default store, whatever stores the import is to bring them to. */
    void stage(Exchange exchange) throws IOException {
        if (!service.settings().importMethods().contains(Method.GLANCE_DIRECT)) {
            throw HttpFailure.notFound("glance-direct import is not offered here.");
        }
        requireBytes(exchange);
        Long announced = announcedSize(exchange);
        service.quotas().requireRoomToStage(images.visible(exchange));
        ImageRecord image = images.change(exchange, RuleNames.MODIFY_IMAGE, uploads::beginStaging);
        uploads.stage(image, exchange.body(), announced, stores.byDefault());
        exchange.answerNoContent();
    }

    void download(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        if (image.status() == ImageStatus.DEACTIVATED && !access.isAdmin(exchange.caller())) {
            throw HttpFailure.forbidden(
                    "The requested image has been deactivated. Image data download is forbidden.");
        }
        access.require(RuleNames.DOWNLOAD_IMAGE, exchange.caller(), image);
        List<String> preferred = preferredIn(exchange);
        ImageData data = image.data();
        if (data == null || !image.status().hasData()) {
            exchange.answerNoContent();
            return;
        }
        ByteRange range =
                ByteRange.of(
                        exchange.header("Range"), exchange.header("Content-Range"), data.size());
        try (StoredBytes bytes = openFirst(image, preferred)) {
            if (bytes == null) {
                // Removed while we looked, or lost: the start of the service has said so.
                LOG.error("image {}: has a record and no bytes", image.id());
                exchange.answerNoContent();
                return;
            }
            requireSame(image, data.size(), bytes.length());
            send(exchange, image, data, bytes, range);
        }
    }

    /** The bytes from the first place that has them, null when none has. */
    private @Nullable StoredBytes openFirst(ImageRecord image, List<String> preferred) {
        StoredBytes cached = service.cache() == null ? null : service.cache().open(image.id());
        if (cached != null) {
            return cached;
        }
        try {
            return stores.openFirst(image, preferred);
        } catch (IOException unreadable) {
            LOG.error("image {} cannot be read", image.id(), unreadable);
            throw new HttpFailure(503, "The image data cannot be read now.");
        }
    }

    private void send(
            Exchange exchange,
            ImageRecord image,
            ImageData data,
            StoredBytes bytes,
            @Nullable ByteRange range)
            throws IOException {
        if (data.md5() != null) {
            // Glance sends the digest in hexadecimal and always that of the whole image.
            exchange.answerHeader("Content-MD5", data.md5());
        }
        long offset = range == null ? 0 : range.offset();
        long length = range == null ? data.size() : range.length();
        if (range != null) {
            exchange.answerHeader("Content-Range", range.contentRange(data.size()));
        }
        exchange.answerStream(
                range == null ? 200 : 206,
                BYTES,
                length,
                service.events()
                        .sending(
                                exchange.caller(),
                                image,
                                length,
                                channel -> bytes.transferTo(offset, length, channel)));
    }

    private static void requireBytes(Exchange exchange) {
        if (!BYTES.equals(exchange.mediaType())) {
            throw new HttpFailure(415, "The media type of an image's bytes is " + BYTES);
        }
    }

    private LibraryStore storeIn(Exchange exchange) {
        String id = exchange.header("X-Image-Meta-Store");
        if (id == null || !stores.areNamed()) {
            return stores.byDefault();
        }
        if (stores.find(id) instanceof LibraryStore store) {
            return store;
        }
        throw HttpFailure.badRequest("Store for image not found: " + id);
    }

    private List<String> preferredIn(Exchange exchange) {
        String asked = exchange.query().last("prefer");
        if (asked == null) {
            return List.of();
        }
        List<String> preferred = List.of(asked.split(","));
        for (String id : preferred) {
            if (!stores.areNamed() || stores.find(id) == null) {
                throw HttpFailure.badRequest("Unknown store in the parameter prefer: " + id);
            }
        }
        return preferred;
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
