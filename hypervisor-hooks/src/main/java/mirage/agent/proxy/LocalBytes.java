package mirage.agent.proxy;

import mirage.agent.build.CannotMakeException;
import mirage.agent.build.ImageBuilder;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.measure.Measures.Phase;
import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ImageService;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The bytes of images. The service is asked for the first byte before anything else: so it is the service that says
 * whether this caller may have the image, and the headers of the answer are its own.
 */
final class LocalBytes {
    private static final Logger LOG = LoggerFactory.getLogger(LocalBytes.class);
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int PROBE_BYTES = 16;
    private static final int NOT_SATISFIABLE = 416;
    private static final int UNAVAILABLE = 503;

    private final ImageService service;
    private final Forward forward;
    private final ImageBuilder builder;
    private final Inventory inventory;
    private final Shelf shelf;
    private final Measures measures;

    /** Whether records are shown so; they may have been before a restart. */
    private final boolean raw;

    LocalBytes(
            ImageService service,
            Forward forward,
            ImageBuilder builder,
            Inventory inventory,
            Shelf shelf,
            Measures measures,
            boolean raw) {
        this.service = service;
        this.forward = forward;
        this.builder = builder;
        this.inventory = inventory;
        this.shelf = shelf;
        this.measures = measures;
        this.raw = raw;
    }

    void answer(ImageId image, Exchange exchange) throws IOException {
        HttpFields head;
        PlainDownload plain;
        try (Answer first = firstByte(exchange)) {
            if (first == null) {
                return;
            }
            if (first.status() == NOT_SATISFIABLE) {
                forward.passImage(exchange); // an image of no bytes
                return;
            }
            if (first.status() != 206) {
                forward.relayImage(first, exchange);
                return;
            }
            head = first.headers();
            plain = PlainDownload.of(service, exchange.asked(), first);
            first.small(PROBE_BYTES);
        }
        remember(image);
        Held shown = inventory.onShelf(image, ImageView.DISK);
        if (raw && shown != null && shown.shown()) {
            answerShown(shown, exchange, head);
        } else {
            answerOriginal(image, exchange, head, plain);
        }
    }

    /** Whoever asks does not suffer when it cannot be noted. */
    private void remember(ImageId image) {
        try {
            inventory.know(List.of(image));
        } catch (IOException failure) {
            LOG.warn("image {} is not noted: {}", image, failure.toString());
        }
    }

    private void forget(Held held) {
        try {
            shelf.remove(held);
        } catch (IOException failure) {
            LOG.warn("{} is not removed: {}", held.file(), failure.toString());
        }
    }

    private @Nullable Answer firstByte(Exchange exchange) throws IOException {
        Asked whole = exchange.asked();
        return forward.ask(
                Asked.get(
                        whole.target(),
                        HttpFields.build(whole.headers()).put(HttpHeader.RANGE, "bytes=0-0")),
                exchange);
    }

    private void answerOriginal(
            ImageId image, Exchange exchange, HttpFields head, PlainDownload plain)
            throws IOException {
        Held made = made(image, ImageView.CONTAINER, exchange);
        if (made == null || made.length() != plain.length()) {
            forward.passImage(exchange);
            return;
        }
        HttpFields.Mutable headers =
                HttpFields.build(head)
                        .remove(HttpHeader.CONTENT_RANGE)
                        .put(HttpHeader.CONTENT_LENGTH, made.length());
        OutputStream out = exchange.answer(200, headers);
        long sent = send(made, 0, out);
        if (sent < made.length()) {
            forget(made);
            plain.copyFrom(sent, out);
        }
    }

    /** The bytes of a disk whose record was shown as raw: these, and no others. */
    private void answerShown(Held shown, Exchange exchange, HttpFields head) throws IOException {
        Held disk = shown.isThere() ? shown : again(shown, exchange);
        if (disk == null) {
            exchange.answer(UNAVAILABLE, "The image is not ready on this host any more.");
            return;
        }
        HttpFields.Mutable headers =
                HttpFields.build(head)
                        .remove(HttpHeader.CONTENT_RANGE)
                        .remove(HttpHeader.ETAG)
                        .remove("Content-MD5")
                        .put(HttpHeader.CONTENT_LENGTH, disk.length());
        OutputStream out = exchange.answer(200, headers);
        long sent = send(disk, 0, out);
        if (sent < disk.length()) {
            Held other = again(disk, exchange);
            if (other == null || send(other, sent, out) < other.length()) {
                throw new IOException("the disk of image " + disk.image() + " went away");
            }
        }
        shelf.show(disk);
    }

    /** The same disk made anew, null when it cannot be. */
    private @Nullable Held again(Held disk, Exchange exchange) throws IOException {
        LOG.warn("{} went away, making it anew", disk.file());
        forget(disk);
        Held other = made(disk.image(), ImageView.DISK, exchange);
        if (other == null || !Objects.equals(other.digest(), disk.digest())) {
            return null;
        }
        shelf.show(other);
        return other;
    }

    private @Nullable Held made(ImageId image, ImageView view, Exchange exchange)
            throws IOException {
        try {
            return builder.make(image, view, Caller.of(exchange.headers()));
        } catch (CannotMakeException told) {
            return null; // the log has it
        }
    }

    /**
     * Sends a file from a position on; gives where it could not be read any further, its length when it could.
     *
     * @throws IOException when all of it was read, and is not what it was: its last bytes are not sent then
     */
    private long send(Held held, long from, OutputStream out) throws IOException {
        long start = System.nanoTime();
        byte[] buffer = new byte[BUFFER_BYTES];
        DataDigest.Stream digest = new DataDigest.Stream();
        Path file = held.file();
        long length = held.length();
        long at = from;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (at < length) {
                int wanted = (int) Math.min(buffer.length, length - at);
                int read = read(in, ByteBuffer.wrap(buffer, 0, wanted), at);
                if (read <= 0) {
                    return at;
                }
                digest.update(ByteBuffer.wrap(buffer, 0, read));
                if (from == 0 && at + read == length && !digest.finish().equals(held.digest())) {
                    forget(held);
                    throw new IOException(file + " is not what it was");
                }
                out.write(buffer, 0, read);
                at += read;
            }
            measures.took(Phase.SERVE, Duration.ofNanos(System.nanoTime() - start));
        } catch (java.nio.file.NoSuchFileException gone) {
            LOG.warn("{} went away", file);
        }
        return at;
    }

    /** As many as can be read; 0 when none can. */
    private static int read(FileChannel in, ByteBuffer buffer, long at) {
        try {
            return in.read(buffer, at);
        } catch (IOException failure) {
            LOG.warn("a file on the shelf cannot be read at {}: {}", at, failure.toString());
            return 0;
        }
    }
}
