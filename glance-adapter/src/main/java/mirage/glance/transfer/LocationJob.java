package mirage.glance.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.Task;
import mirage.glance.store.ImageStores;
import mirage.glance.store.StoredBytes;
import mirage.glance.store.WebStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Makes an image of what lies at an address on the web, which stays there: the call for locations of API 2.17. The bytes
 * are read once, for their digests, so that clients can check what they get later, and to look at them as at those of an
 * upload; a digest that the client named must be theirs.
 */
public final class LocationJob implements TaskRunner.Job {
    /** Type of these tasks. */
    public static final String TYPE = "location_import";

    /** Names of digests as the API has them, and as Java has them. */
    public static final Map<String, String> ALGORITHMS =
            Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512");

    private static final Logger LOG = LoggerFactory.getLogger(LocationJob.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFAULT_ALGORITHM = "sha512";
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ImageRecords records;
    private final ImageStores stores;
    private final ContentCheck check;
    private final long cap;
    private final Stop stop;
    private final Clock clock;

    /**
     * @param cap the most bytes that an image may have
     * @param stop ends it between blocks of bytes
     */
    public LocationJob(
            ImageRecords records,
            ImageStores stores,
            ContentCheck check,
            long cap,
            Stop stop,
            Clock clock) {
        this.records = records;
        this.stores = stores;
        this.check = check;
        this.cap = cap;
        this.stop = stop;
        this.clock = clock;
    }

    /** The input of a task. */
    public static String input(ImageId image, String url, ImageData.@Nullable Hash expected) {
        ObjectNode input = JSON.createObjectNode();
        input.put("image_id", image.value());
        input.put("loc_url", url);
        if (expected != null) {
            input.putObject("validation_data")
                    .put("os_hash_algo", expected.algorithm())
                    .put("os_hash_value", expected.value());
        }
        return input.toString();
    }

    @Override
    public String run(Task task) throws TaskFailedException, InterruptedException {
        JsonNode input = parse(task.input());
        ImageId id = new ImageId(input.path("image_id").asText());
        ImageRecord image = records.find(id);
        if (image == null) {
            throw new TaskFailedException("Image " + id + " was deleted.");
        }
        String result = "{\"image_id\":\"" + id + "\"}";
        if (image.imported() == null || !image.imported().task().equals(task.id())) {
            return result;
        }
        try {
            ImageLocation location =
                    ImageLocation.at(
                            webStore(input.path("loc_url").asText()).id(),
                            input.path("loc_url").asText());
            ImageData data = read(location, expectedIn(input), check.begin(image));
            records.update(
                    id, now -> unlocked(now).active(data, List.of(location), clock.instant()));
            return result;
        } catch (HttpFailure refused) {
            LOG.info("image {}: {}", id, refused.message());
            queueAgain(id);
            throw new TaskFailedException(refused.message());
        } catch (RecordNotFoundException deleted) {
            throw new TaskFailedException("Image " + id + " was deleted.");
        } catch (IOException failure) {
            if (stop.isRequested()) {
                throw new InterruptedException();
            }
            LOG.info("image {}: {}", id, failure.toString());
            queueAgain(id);
            throw new TaskFailedException(String.valueOf(failure.getMessage()));
        }
    }

    private ImageData read(
            ImageLocation location,
            ImageData.@Nullable Hash expected,
            ContentCheck.Inspection inspection)
            throws IOException {
        String algorithm = expected == null ? DEFAULT_ALGORITHM : expected.algorithm();
        MessageDigest md5 = digestOf("md5");
        MessageDigest hash = digestOf(algorithm);
        long size;
        try (StoredBytes bytes = webStore(location.url()).open(location)) {
            size = bytes.length();
            if (size > cap) {
                throw new IOException("the image has more than " + cap + " bytes");
            }
            KeptEnds kept = new KeptEnds(bytes);
            try (InputStream in = stop.over(bytes.stream())) {
                byte[] buffer = new byte[BUFFER_BYTES];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    md5.update(buffer, 0, read);
                    hash.update(buffer, 0, read);
                    inspection.update(buffer, 0, read);
                    kept.add(buffer, read);
                }
            }
            inspection.finish(kept);
        }
        String value = HexFormat.of().formatHex(hash.digest());
        if (expected != null && !expected.value().equalsIgnoreCase(value)) {
            throw new IOException(
                    "the bytes at the location have "
                            + algorithm
                            + " "
                            + value
                            + ", not "
                            + expected.value());
        }
        return new ImageData(
                size,
                null,
                true,
                HexFormat.of().formatHex(md5.digest()),
                new ImageData.Hash(algorithm, value));
    }

    private WebStore webStore(String url) throws IOException {
        if (stores.of(ImageLocation.at("", url)) instanceof WebStore store) {
            return store;
        }
        throw new IOException("no store reads images from " + url);
    }

    private void queueAgain(ImageId id) {
        try {
            records.update(
                    id,
                    now ->
                            now.status() == ImageStatus.IMPORTING
                                    ? unlocked(now).queuedAgain(clock.instant())
                                    : unlocked(now));
        } catch (RecordNotFoundException deleted) {
            LOG.info("image {}: deleted meanwhile", id);
        }
    }

    private ImageRecord unlocked(ImageRecord image) {
        return image.withImport(new ImageImport("", List.of(), List.of()), clock.instant());
    }

    private static ImageData.@Nullable Hash expectedIn(JsonNode input) {
        JsonNode said = input.path("validation_data");
        return said.isMissingNode()
                ? null
                : new ImageData.Hash(
                        said.path("os_hash_algo").asText(), said.path("os_hash_value").asText());
    }

    private static MessageDigest digestOf(String algorithm) {
        try {
            return MessageDigest.getInstance(ALGORITHMS.getOrDefault(algorithm, algorithm));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has " + algorithm, missing);
        }
    }

    private static JsonNode parse(String input) {
        try {
            return JSON.readTree(input);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("the input of a task is no JSON: " + input, broken);
        }
    }
}
