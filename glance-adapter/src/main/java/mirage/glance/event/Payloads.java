package mirage.glance.event;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageMember;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.Task;
import mirage.glance.record.Visibility;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The payloads of Glance's notifications, with all their keys. Locations are not among them: they may hold credentials;
 * neither are the input and the result of tasks.
 */
final class Payloads {
    private static final String IMPORTING = "os_glance_importing_to_stores";
    private static final String FAILED = "os_glance_failed_import";

    private Payloads() {}

    static ObjectNode of(ImageRecord image) {
        ImageAttributes attributes = image.attributes();
        ImageData data = image.data();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", image.id().value());
        json.put("name", attributes.name());
        json.put("status", image.status().wireName());
        json.put("created_at", time(image.createdAt()));
        json.put("updated_at", time(image.updatedAt()));
        json.put("min_disk", attributes.minDisk());
        json.put("min_ram", attributes.minRam());
        json.put("protected", attributes.isProtected());
        json.put("checksum", data == null ? null : data.md5());
        json.put("owner", attributes.owner());
        json.put("disk_format", attributes.diskFormat());
        json.put("container_format", attributes.containerFormat());
        json.put("size", data == null ? null : data.size());
        json.put("virtual_size", data == null ? null : data.virtualSize());
        json.put("is_public", attributes.visibility() == Visibility.PUBLIC);
        json.put("visibility", attributes.visibility().wireName());
        ObjectNode properties = json.putObject("properties");
        attributes.properties().forEach(properties::put);
        if (image.imported() != null) {
            properties.put(IMPORTING, String.join(",", image.imported().importingTo()));
            properties.put(FAILED, String.join(",", image.imported().failed()));
        }
        ArrayNode tags = json.putArray("tags");
        attributes.tags().forEach(tags::add);
        return notDeleted(json);
    }

    /** Of events about bytes that come: also where they are still to come, and where they failed to. */
    static ObjectNode withImport(ImageRecord image) {
        ObjectNode json = of(image);
        ImageImport imported = image.imported();
        put(json.putArray(IMPORTING), imported == null ? List.of() : imported.importingTo());
        put(json.putArray(FAILED), imported == null ? List.of() : imported.failed());
        return json;
    }

    static ObjectNode ofDeleted(ImageRecord image, Instant now) {
        return deleted(of(image).put("status", "deleted"), now);
    }

    static ObjectNode of(ImageMember member) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("image_id", member.image().value());
        json.put("member_id", member.project());
        json.put("status", member.status().wireName());
        json.put("created_at", time(member.createdAt()));
        json.put("updated_at", time(member.updatedAt()));
        return notDeleted(json);
    }

    static ObjectNode ofDeleted(ImageMember member, Instant now) {
        return deleted(of(member), now);
    }

    static ObjectNode of(Task task) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", task.id());
        json.put("type", task.type());
        json.put("status", task.status().wireName());
        json.putNull("result");
        json.put("owner", task.owner());
        json.putNull("message");
        json.put("expires_at", task.expiresAt() == null ? null : time(task.expiresAt()));
        json.put("created_at", time(task.createdAt()));
        json.put("updated_at", time(task.updatedAt()));
        return notDeleted(json);
    }

    static ObjectNode notDeleted(ObjectNode json) {
        return json.put("deleted", false).putNull("deleted_at");
    }

    static ObjectNode deleted(ObjectNode json, Instant now) {
        return json.put("deleted", true).put("deleted_at", time(now));
    }

    private static void put(ArrayNode array, List<String> stores) {
        stores.forEach(array::add);
    }

    static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
