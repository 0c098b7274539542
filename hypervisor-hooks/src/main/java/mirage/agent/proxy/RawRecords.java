package mirage.agent.proxy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.build.CannotMakeException;
import mirage.agent.build.ImageBuilder;
import mirage.agent.build.RawDisk;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.agent.wire.Answer;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Records of images that are shown to this host as raw. A Nova compute that makes every base raw fetches a qcow2 and
 * converts it; its disk is made here as cheaply, and spares it that.
 *
 * <p>Nova's client asks for the record, takes the digest from it, fetches the bytes and holds them against the digest;
 * then Nova asks for the record again and holds what it fetched against its {@code disk_format}. So the disk is made,
 * whole and verified, before the first record is answered, and from then on record and bytes are those of the disk, until
 * Nova has its base. Whatever goes wrong before that, the answer is the service's, and so are those that follow for a
 * while.
 */
final class RawRecords {
    private static final Logger LOG = LoggerFactory.getLogger(RawRecords.class);
    private static final int MAX_RECORD_BYTES = 1 << 20;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** Formats that are a guest's disk in a container, as the Image API names them. */
    private static final Set<String> CONTAINERS =
            Set.of("qcow2", "vmdk", "vdi", "vhd", "vhdx", "ploop");

    /** A signature is one of the bytes that were uploaded, which whoever checks it must get. */
    private static final String SIGNATURE = "img_signature";

    /** So long an image that was shown as it is stays that: who fetches it asks for the record again at the end. */
    private static final Duration AS_IS = Duration.ofMinutes(15);

    private final Forward forward;
    private final ImageBuilder builder;
    private final Inventory inventory;
    private final Shelf shelf;
    private final Predicate<ImageId> inUse;
    private final Map<ImageId, Digested> digested = Collections.synchronizedMap(new Recent<>());

    /** When images were shown as they are last, by a clock that nobody sets. */
    private final Map<ImageId, Long> asIs = Collections.synchronizedMap(new Recent<>());

    private record Digested(Stamp stamp, String sha256) {}

    /** What is told of a disk. */
    private record Shown(Held disk, String sha256) {}

    /** The last that were asked for. */
    private static final class Recent<V> extends LinkedHashMap<ImageId, V> {
        private static final long serialVersionUID = 1;
        private static final int MOST = 256;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ImageId, V> eldest) {
            return size() > MOST;
        }
    }

    RawRecords(
            Forward forward,
            ImageBuilder builder,
            Inventory inventory,
            Shelf shelf,
            Predicate<ImageId> inUse) {
        this.forward = forward;
        this.builder = builder;
        this.inventory = inventory;
        this.shelf = shelf;
        this.inUse = inUse;
    }

    void answer(ImageId image, Exchange exchange) throws IOException {
        try (Answer answer = forward.ask(exchange)) {
            if (answer == null) {
                return;
            }
            if (answer.status() != 200
                    || answer.length() <= 0
                    || answer.length() > MAX_RECORD_BYTES
                    || answer.headers().contains(HttpHeader.CONTENT_ENCODING)) {
                forward.relay(answer, exchange);
                return;
            }
            byte[] record = answer.small(MAX_RECORD_BYTES);
            byte[] shown = asRaw(image, record, Caller.of(exchange.headers()));
            byte[] body = shown == null ? record : shown;
            HttpFields headers =
                    HttpFields.build(answer.headers()).put(HttpHeader.CONTENT_LENGTH, body.length);
            OutputStream out = exchange.answer(answer.status(), headers);
            out.write(body);
        }
    }

    /** The record of the disk, null when the image is to be shown as it is. */
    private byte @Nullable [] asRaw(ImageId image, byte[] record, Caller caller) {
        try {
            if (!(JSON.readTree(record) instanceof ObjectNode fields) || !mayBeShown(fields)) {
                return null;
            }
            if (wasShownAsIs(image)) {
                return null;
            }
            Shown shown = decided(image, verified(image, caller));
            if (shown == null) {
                return null;
            }
            fields.put("disk_format", "raw");
            fields.put("size", shown.disk().length());
            fields.put("virtual_size", shown.disk().length());
            fields.putNull("checksum");
            fields.put("os_hash_algo", "sha256");
            fields.put("os_hash_value", shown.sha256());
            return JSON.writeValueAsBytes(fields);
        } catch (IOException unclear) {
            LOG.warn("image {} is shown as it is: {}", image, unclear.toString());
            return null; // no record that a client understands either
        }
    }

    /** The disk, made and read, null when that cannot be done. */
    private @Nullable Shown verified(ImageId image, Caller caller) {
        try {
            Held disk = disk(image, caller);
            String sha256 = disk == null ? null : sha256(disk);
            if (disk != null && sha256 == null) {
                shelf.remove(disk);
                disk = disk(image, caller);
                sha256 = disk == null ? null : sha256(disk);
            }
            return disk == null || sha256 == null ? null : new Shown(disk, sha256);
        } catch (CannotMakeException told) {
            return null; // the log has it
        } catch (IOException failure) {
            LOG.warn("image {} is shown as it is: {}", image, failure.toString());
            return null;
        }
    }

    /**
     * Decides for all who ask for an image at one time: they are told of its disk, or all of the image as it is. One for
     * whom it could not be made may be beside one for whom it could.
     */
    private @Nullable Shown decided(ImageId image, @Nullable Shown verified) {
        synchronized (asIs) {
            if (wasShownAsIs(image)) {
                return null;
            }
            if (verified == null) {
                Shown others = shownToOthers(image);
                if (others == null) {
                    asIs.put(image, System.nanoTime());
                }
                return others;
            }
            try {
                shelf.show(verified.disk());
            } catch (IOException failure) {
                // It is shown all the same, until the agent is started anew.
                LOG.warn("that image {} is shown is not noted: {}", image, failure.toString());
            }
            return verified;
        }
    }

    private @Nullable Shown shownToOthers(ImageId image) {
        Held disk = inventory.onShelf(image, ImageView.DISK);
        Digested known = digested.get(image);
        return disk != null && disk.shown() && known != null && known.stamp().equals(disk.stamp())
                ? new Shown(disk, known.sha256())
                : null;
    }

    /** Whether whoever was shown it as it is may still be fetching it, and come back to see whether it is. */
    private boolean wasShownAsIs(ImageId image) {
        return asIs.computeIfPresent(
                        image,
                        (_, when) ->
                                System.nanoTime() - when > AS_IS.toNanos()
                                        ? null
                                        : System.nanoTime())
                != null;
    }

    /**
     * Of all bytes of a disk: Nova's client knows no other digest of it. Read once; Nova asks for the record twice.
     *
     * @return null when the disk is not what it was
     */
    private @Nullable String sha256(Held disk) throws IOException {
        Digested known = digested.get(disk.image());
        if (known != null && known.stamp().equals(disk.stamp())) {
            return known.sha256();
        }
        try (FileSource bytes = FileSource.open(disk.file())) {
            Digests.Both found = Digests.both(bytes, _ -> {});
            if (!found.data().equals(disk.digest())) {
                LOG.warn("{} is not what it was", disk.file());
                return null;
            }
            digested.put(disk.image(), new Digested(disk.stamp(), found.sha256()));
            return found.sha256();
        }
    }

    private static boolean mayBeShown(ObjectNode fields) {
        return text(fields, "status").equals("active")
                && text(fields, "container_format").equals("bare")
                && CONTAINERS.contains(text(fields, "disk_format"))
                && !fields.has(SIGNATURE);
    }

    private static String text(JsonNode fields, String name) {
        return fields.path(name).asText();
    }

    private @Nullable Held disk(ImageId image, Caller caller) throws IOException {
        Held known = inventory.onShelf(image, ImageView.DISK);
        if (known != null && known.shown() && known.isThere()) {
            return known;
        }
        if (inUse.test(image)) {
            return null;
        }
        Held made = builder.make(image, ImageView.DISK, caller);
        if (made.view() != ImageView.DISK || !RawDisk.isPlain(made.file())) {
            LOG.info("image {} is shown as it is: its disk looks like something else", image);
            return null;
        }
        return made;
    }
}
