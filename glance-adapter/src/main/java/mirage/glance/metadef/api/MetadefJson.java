package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceAttributes;
import mirage.glance.metadef.NamespaceContents;
import mirage.glance.metadef.ObjectDefinition;
import mirage.glance.metadef.PropertyDefinition;
import mirage.glance.metadef.ResourceTypeAssociation;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Definitions as answers show them: what has no value is left out, and the order is Glance's. */
final class MetadefJson {
    static final String NAMESPACES = "/v2/metadefs/namespaces";

    private static final String SCHEMAS = "/v2/schemas/metadefs/";

    private MetadefJson() {}

    static String pathOf(Namespace namespace) {
        return NAMESPACES + "/" + namespace.name();
    }

    /** A namespace by itself. */
    static ObjectNode namespace(Namespace namespace) {
        return end(begin(namespace), namespace);
    }

    /** As lists show it. */
    static ObjectNode namespace(
            Namespace namespace, List<Dated<ResourceTypeAssociation>> associations) {
        ObjectNode json = begin(namespace);
        setAssociations(json, associations);
        return end(json, namespace);
    }

    /** A new namespace, with what came with it. */
    static ObjectNode created(Namespace namespace, NamespaceContents contents) {
        ObjectNode json = begin(namespace);
        ArrayNode associations = JsonNodeFactory.instance.arrayNode();
        contents.associations().forEach(one -> associations.add(association(one)));
        setUnlessEmpty(json, "resource_type_associations", associations);
        setUnlessEmpty(json, "properties", properties(contents.properties(), ""));
        ArrayNode objects = JsonNodeFactory.instance.arrayNode();
        contents.objects().forEach(one -> objects.add(given(one)));
        setUnlessEmpty(json, "objects", objects);
        setUnlessEmpty(json, "tags", tags(contents.tags()));
        return end(json, namespace);
    }

    /**
     * A namespace with all that is in it.
     *
     * @param prefix of the names of properties, empty for none
     */
    static ObjectNode whole(
            Namespace namespace,
            List<Dated<ResourceTypeAssociation>> associations,
            List<PropertyDefinition> properties,
            List<Dated<ObjectDefinition>> objects,
            List<String> tags,
            String prefix) {
        ObjectNode json = begin(namespace);
        setAssociations(json, associations);
        setUnlessEmpty(json, "properties", properties(properties, prefix));
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        objects.forEach(one -> list.add(object(namespace, one, prefix)));
        setUnlessEmpty(json, "objects", list);
        setUnlessEmpty(json, "tags", tags(tags));
        return end(json, namespace);
    }

    /** Properties by name. */
    static ObjectNode properties(List<PropertyDefinition> properties, String prefix) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        properties.forEach(one -> json.set(prefix + one.name(), one.definition()));
        return json;
    }

    /** A property that says its name. */
    static ObjectNode property(PropertyDefinition property) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", property.name());
        for (Iterator<Map.Entry<String, JsonNode>> i = property.definition().fields();
                i.hasNext(); ) {
            Map.Entry<String, JsonNode> attribute = i.next();
            if (!attribute.getKey().equals("name")) {
                json.set(attribute.getKey(), attribute.getValue());
            }
        }
        return json;
    }

    static ObjectNode object(Namespace namespace, Dated<ObjectDefinition> object, String prefix) {
        ObjectDefinition definition = object.value();
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", definition.name());
        ArrayNode required = json.putArray("required");
        definition.required().forEach(name -> required.add(prefix + name));
        putIfSaid(json, "description", definition.description());
        ObjectNode properties = json.putObject("properties");
        definition
                .properties()
                .fields()
                .forEachRemaining(one -> properties.set(prefix + one.getKey(), one.getValue()));
        return end(json, namespace, object);
    }

    /** An object as it was just given: what it does not have is left out. */
    static ObjectNode given(Namespace namespace, Dated<ObjectDefinition> object) {
        return end(given(object.value()), namespace, object);
    }

    static ObjectNode association(Dated<ResourceTypeAssociation> association) {
        return setTimes(
                association(association.value()), association.createdAt(), association.updatedAt());
    }

    /** A tag or a resource type, which is a name. */
    static ObjectNode named(Dated<String> name) {
        return setTimes(
                JsonNodeFactory.instance.objectNode().put("name", name.value()),
                name.createdAt(),
                name.updatedAt());
    }

    static ArrayNode tags(List<String> tags) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        tags.forEach(tag -> json.addObject().put("name", tag));
        return json;
    }

    private static ObjectNode begin(Namespace namespace) {
        NamespaceAttributes attributes = namespace.attributes();
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("namespace", attributes.name());
        putIfSaid(json, "display_name", attributes.displayName());
        putIfSaid(json, "description", attributes.description());
        json.put("visibility", attributes.visibility());
        json.put("protected", attributes.isProtected());
        json.put("owner", attributes.owner());
        return setTimes(json, namespace.createdAt(), namespace.updatedAt());
    }

    private static ObjectNode end(ObjectNode json, Namespace namespace) {
        return json.put("self", pathOf(namespace)).put("schema", SCHEMAS + "namespace");
    }

    private static ObjectNode end(
            ObjectNode json, Namespace namespace, Dated<ObjectDefinition> object) {
        setTimes(json, object.createdAt(), object.updatedAt());
        return json.put("self", pathOf(namespace) + "/objects/" + object.value().name())
                .put("schema", SCHEMAS + "object");
    }

    private static ObjectNode given(ObjectDefinition object) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", object.name());
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        object.required().forEach(required::add);
        setUnlessEmpty(json, "required", required);
        putIfSaid(json, "description", object.description());
        setUnlessEmpty(json, "properties", object.properties());
        return json;
    }

    private static ObjectNode association(ResourceTypeAssociation association) {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("name", association.resourceType());
        putIfSaid(json, "prefix", association.prefix());
        putIfSaid(json, "properties_target", association.target());
        return json;
    }

    private static void setAssociations(
            ObjectNode json, List<Dated<ResourceTypeAssociation>> associations) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        associations.forEach(one -> list.add(association(one)));
        setUnlessEmpty(json, "resource_type_associations", list);
    }

    private static ObjectNode setTimes(ObjectNode json, Instant created, Instant updated) {
        return json.put("created_at", seconds(created)).put("updated_at", seconds(updated));
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void putIfSaid(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void setUnlessEmpty(ObjectNode json, String name, JsonNode value) {
        if (!value.isEmpty()) {
            json.set(name, value);
        }
    }
}
