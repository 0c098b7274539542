package mirage.agent;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/** An image of a {@link FakeFacade}. */
record FakeImage(
        String name,
        byte[] container,
        String format,
        byte[] disk,
        List<String> tags,
        Map<String, String> digests) {
    FakeImage(String name, byte[] container, String format, byte[] disk, List<String> tags) {
        this(
                name,
                container,
                format,
                disk,
                tags,
                Map.of(
                        "MD5", FakeFacade.digest("MD5", container),
                        "SHA-256", FakeFacade.digest("SHA-256", container),
                        "SHA-512", FakeFacade.digest("SHA-512", container),
                        "data", FakeFacade.dataDigest(container),
                        "disk", FakeFacade.dataDigest(disk)));
    }

    String has(String digest) {
        return requireNonNull(digests.get(digest));
    }

    /** As the Image API tells it. */
    ObjectNode record(String id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("name", name)
                .put("status", "active")
                .put("container_format", "bare")
                .put("disk_format", format)
                .put("size", container.length)
                .put("virtual_size", disk.length)
                .put("checksum", has("MD5"))
                .put("os_hash_algo", "sha512")
                .put("os_hash_value", has("SHA-512"))
                .put("min_disk", 3)
                .put("self", "/v2/images/" + id);
    }
}
