package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageRecord;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** An image as the API writes it: custom properties first, then what every image has, absent values as nulls. */
final class ImageJson {
    private ImageJson() {}

    static ObjectNode of(ImageRecord image) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ImageAttributes attributes = image.attributes();
        ImageData data = image.data();
        attributes.properties().forEach(json::put);
        json.put("name", attributes.name());
        json.put("disk_format", attributes.diskFormat());
        json.put("container_format", attributes.containerFormat());
        json.put("visibility", attributes.visibility().wireName());
        json.put("size", data == null ? null : data.size());
        json.put("virtual_size", data == null ? null : data.virtualSize());
        json.put("status", image.status().wireName());
        json.put("checksum", data == null ? null : data.md5());
        json.put("protected", attributes.isProtected());
        json.put("min_ram", attributes.minRam());
        json.put("min_disk", attributes.minDisk());
        json.put("owner", attributes.owner());
        json.put("os_hidden", attributes.isHidden());
        json.put("os_hash_algo", data == null ? null : "sha512");
        json.put("os_hash_value", data == null ? null : data.sha512());
        json.put("id", image.id().value());
        json.put("created_at", seconds(image.createdAt()));
        json.put("updated_at", seconds(image.updatedAt()));
        ArrayNode tags = json.putArray("tags");
        attributes.tags().forEach(tags::add);
        json.put("self", pathOf(image));
        json.put("file", pathOf(image) + "/file");
        json.put("schema", "/v2/schemas/image");
        return json;
    }

    static String pathOf(ImageRecord image) {
        return "/v2/images/" + image.id();
    }

    /** Such as {@code 2026-01-02T03:04:05Z}. */
    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
