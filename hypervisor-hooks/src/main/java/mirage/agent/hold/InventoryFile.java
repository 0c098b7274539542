package mirage.agent.hold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held.Place;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** The inventory as JSON. It is replaced as a whole: a crash leaves the one before or this one. */
final class InventoryFile {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryFile.class);
    private static final int VERSION = 1;
    private static final long MAX_BYTES = 64 << 20;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;

    InventoryFile(Path file) {
        this.file = file;
    }

    /** What is in it. */
    record Content(
            List<Held> held,
            List<ImageId> names,
            List<ImageId> dropped,
            List<ImageId> unconfirmed) {
        static Content nothing() {
            return new Content(List.of(), List.of(), List.of(), List.of());
        }
    }

    /** Reads it; nothing when it is missing or not to be understood. What a crash left half written is removed. */
    Content read() throws IOException {
        Files.deleteIfExists(next());
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes");
            }
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root.path("version").asInt() != VERSION) {
                throw new IllegalArgumentException("version " + root.path("version"));
            }
            List<Held> held = new ArrayList<>();
            root.path("held").forEach(one -> held.add(held(one)));
            return new Content(
                    held,
                    ids(root.path("names")),
                    ids(root.path("dropped")),
                    ids(root.path("unconfirmed")));
        } catch (NoSuchFileException none) {
            return Content.nothing();
        } catch (com.fasterxml.jackson.core.JacksonException | IllegalArgumentException unclear) {
            LOG.warn("{} cannot be understood and begins anew: {}", file, unclear.getMessage());
            return Content.nothing();
        }
    }

    void write(Content content) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("version", VERSION);
        ArrayNode held = root.putArray("held");
        content.held().forEach(one -> put(held.addObject(), one));
        put(root.putArray("names"), content.names());
        put(root.putArray("dropped"), content.dropped());
        put(root.putArray("unconfirmed"), content.unconfirmed());
        Path next = next();
        try (FileChannel out =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(root));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path next() {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static void put(ArrayNode list, List<ImageId> ids) {
        ids.forEach(id -> list.add(id.value()));
    }

    private static void put(ObjectNode node, Held one) {
        node.put("image", one.image().value())
                .put("view", one.view().name())
                .put("place", one.place().name())
                .put("file", one.file().toString())
                .put("digest", one.digest() == null ? null : one.digest().sha256())
                .put("cost", one.cost())
                .put("durable", one.durable())
                .put("shown", one.shown())
                .put("seeded", one.seeded())
                .put("verified", one.verified() == null ? null : one.verified().toString());
        put(node.putObject("stamp"), one.stamp());
        if (one.doubted() != null) {
            put(node.putObject("doubted"), one.doubted());
        }
    }

    private static void put(ObjectNode node, Stamp stamp) {
        node.put("inode", stamp.inode())
                .put("size", stamp.size())
                .put("modified", stamp.modifiedNanos());
    }

    private static Held held(JsonNode node) {
        Stamp stamp = stamp(node.path("stamp"));
        if (stamp == null) {
            throw new IllegalArgumentException("something without a stamp");
        }
        return new Held(
                new ImageId(node.path("image").asText()),
                ImageView.valueOf(node.path("view").asText()),
                Place.valueOf(node.path("place").asText()),
                Path.of(node.path("file").asText()),
                node.path("digest").isTextual()
                        ? new DataDigest(node.path("digest").asText())
                        : null,
                node.path("cost").asLong(),
                stamp,
                stamp(node.path("doubted")),
                node.path("durable").asBoolean(),
                node.path("shown").asBoolean(),
                node.path("seeded").asBoolean(),
                instant(node.path("verified")));
    }

    private static @Nullable Instant instant(JsonNode node) {
        try {
            return node.isTextual() ? Instant.parse(node.asText()) : null;
        } catch (DateTimeParseException unclear) {
            throw new IllegalArgumentException(unclear.getMessage(), unclear);
        }
    }

    private static @Nullable Stamp stamp(JsonNode node) {
        return node.isObject()
                ? new Stamp(
                        node.path("inode").asLong(),
                        node.path("size").asLong(),
                        node.path("modified").asLong())
                : null;
    }

    private static List<ImageId> ids(JsonNode list) {
        List<ImageId> ids = new ArrayList<>();
        list.forEach(id -> ids.add(new ImageId(id.asText())));
        return ids;
    }
}
