package mirage.glance.event;

import static mirage.glance.notification.Notifications.Priority.ERROR;
import static mirage.glance.notification.Notifications.Priority.INFO;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import mirage.catalog.ImageId;
import mirage.glance.http.Exchange.StreamWriter;
import mirage.glance.identity.Caller;
import mirage.glance.notification.Notifications;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.ImageStore;
import mirage.glance.transfer.TransferEvents;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Events of the bytes of images: how they come, and to whom they go. */
public final class ImageEvents implements TransferEvents {
    /** Tells nobody. */
    public static final ImageEvents NONE = new ImageEvents(Notifications.NONE, false);

    private final Notifications notifications;
    private final boolean namesStores;

    /**
     * @param namesStores whether stores have names that clients know
     */
    public ImageEvents(Notifications notifications, boolean namesStores) {
        this.notifications = notifications;
        this.namesStores = namesStores;
    }

    @Override
    public void preparing(ImageRecord image, ImageStore store) {
        ObjectNode payload = Payloads.withImport(image);
        if (namesStores) {
            payload.put("backend", store.id());
        }
        notifications.send(INFO, "image.prepare", payload);
    }

    @Override
    public void uploaded(ImageRecord image, boolean activated) {
        notifications.send(INFO, "image.upload", Payloads.withImport(image));
        if (activated) {
            notifications.send(INFO, "image.activate", Payloads.of(image));
        }
    }

    /** Glance tells of it with a text for payload. */
    @Override
    public void failed(ImageId image, String why) {
        notifications.send(
                ERROR,
                "image.upload",
                TextNode.valueOf("Failed to upload image data for image " + image + ": " + why));
    }

    /**
     * Tells how much of an image was sent, when it is.
     *
     * @param length that is to be sent; less is an error
     */
    public StreamWriter sending(
            Caller receiver, ImageRecord image, long length, StreamWriter writer) {
        return channel -> {
            Count counted = new Count(channel);
            try {
                writer.writeTo(counted);
            } finally {
                notifications.send(
                        counted.bytes == length ? INFO : ERROR,
                        "image.send",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("bytes_sent", counted.bytes)
                                .put("image_id", image.id().value())
                                .put("owner_id", image.attributes().owner())
                                .put("receiver_tenant_id", receiver.projectId())
                                .put("receiver_user_id", receiver.userId()));
            }
        };
    }

    private static final class Count implements WritableByteChannel {
        private final WritableByteChannel next;
        private long bytes;

        Count(WritableByteChannel next) {
            this.next = next;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int written = next.write(source);
            bytes += written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return next.isOpen();
        }

        @Override
        public void close() throws IOException {
            next.close();
        }
    }
}
