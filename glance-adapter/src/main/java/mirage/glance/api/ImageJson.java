package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.identity.Caller;
import mirage.glance.policy.PropertyAccess;
import mirage.glance.policy.PropertyRules;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.ImageStores;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images as the API writes them: custom properties first, then what every image has, absent values as nulls. Custom
 * properties are those that a caller may read.
 */
final class ImageJson {
    private final ImageStores stores;
    private final PropertyRules properties;
    private final boolean showsLocations;
    private final boolean showsDirectUrl;

    ImageJson(ImageStores stores, PropertyRules properties, ApiSettings settings) {
        this.stores = stores;
        this.properties = properties;
        this.showsLocations = settings.showsLocations();
        this.showsDirectUrl = settings.showsDirectUrl();
    }

    ObjectNode of(ImageRecord image, Caller caller) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ImageAttributes attributes = image.attributes();
        ImageData data = image.data();
        putProperties(json, image, properties.of(caller));
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
        ImageData.Hash hash = data == null ? null : data.hash();
        json.put("os_hash_algo", hash == null ? null : hash.algorithm());
        json.put("os_hash_value", hash == null ? null : hash.value());
        json.put("id", image.id().value());
        json.put("created_at", Times.seconds(image.createdAt()));
        json.put("updated_at", Times.seconds(image.updatedAt()));
        putLocations(json, image);
        ArrayNode tags = json.putArray("tags");
        attributes.tags().forEach(tags::add);
        json.put("self", pathOf(image));
        json.put("file", pathOf(image) + "/file");
        json.put("schema", "/v2/schemas/image");
        List<String> names = stores.areNamed() ? stores.namesOf(image) : List.of();
        if (!names.isEmpty()) {
            json.put("stores", String.join(",", names));
        }
        return json;
    }

    static String pathOf(ImageRecord image) {
        return "/v2/images/" + image.id();
    }

    private static void putProperties(ObjectNode json, ImageRecord image, PropertyAccess access) {
        Map<String, String> custom = new LinkedHashMap<>(image.attributes().properties());
        // Two more tell clients how far an import is.
        ImageImport imported = image.imported();
        if (imported != null) {
            custom.put("os_glance_importing_to_stores", String.join(",", imported.importingTo()));
            custom.put("os_glance_failed_import", String.join(",", imported.failed()));
        }
        custom.keySet().removeIf(name -> !access.sees(name));
        custom.forEach(json::put);
    }

    private void putLocations(ObjectNode json, ImageRecord image) {
        List<ImageLocation> ordered = stores.inReadOrder(image, List.of());
        if (showsLocations) {
            ArrayNode locations = json.putArray("locations");
            ordered.forEach(location -> locations.add(of(location)));
        }
        if (showsDirectUrl && !ordered.isEmpty()) {
            json.put("direct_url", ordered.getFirst().url());
        }
    }

    ObjectNode of(ImageLocation location) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("url", location.url());
        ObjectNode metadata = json.putObject("metadata");
        location.metadata().forEach(metadata::put);
        if (stores.areNamed() && !location.store().isEmpty()) {
            metadata.put("store", location.store());
        }
        return json;
    }
}
