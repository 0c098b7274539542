package mirage.glance.metadef;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads definitions from JSON: first they must fit the published schema, then the rules that the schema does not say.
 *
 * <p>Glance lets pass several things that it then answers 500 to, or keeps so that no request reaches them again. Here
 * they are refused: empty names, names of more than 80 characters inside a namespace, attributes that are not known, and
 * values of an {@code enum} that are no strings.
 *
 * <p>What is refused is a {@link DefinitionRefusedException}, a name that is there twice a {@link
 * DefinitionExistsException}.
 */
public final class Definitions {
    private static final int MAX_NAME_CHARACTERS = 80;

    // What an answer shows and a client may send back in a nested part: it says nothing.
    private static final Set<String> SHOWN_ONLY =
            Set.of("created_at", "updated_at", "self", "schema");

    private static final String NAMESPACE = "namespace";
    private static final String OBJECT = "object";
    private static final String PROPERTY = "property";
    private static final String TAG = "tag";
    private static final String ASSOCIATION = "resource_type_association";

    private static final SchemaCheck NAMESPACES = new SchemaCheck(MetadefSchemas.namespace());
    private static final SchemaCheck OBJECTS = new SchemaCheck(MetadefSchemas.object());
    private static final SchemaCheck PROPERTIES = new SchemaCheck(MetadefSchemas.property());
    private static final SchemaCheck TAGS = new SchemaCheck(MetadefSchemas.tag());
    private static final SchemaCheck NEW_TAGS = new SchemaCheck(MetadefSchemas.newTags());
    private static final SchemaCheck ASSOCIATIONS =
            new SchemaCheck(MetadefSchemas.resourceTypeAssociation());

    private Definitions() {}

    /**
     * A namespace with what is in it.
     *
     * @param owner of a namespace that names none, null when there is nobody
     */
    public static NamespaceDocument namespace(JsonNode body, @Nullable String owner) {
        return naming(
                NAMESPACE,
                () -> {
                    NAMESPACES.check(body);
                    return new NamespaceDocument(attributes(body, owner), contents(body));
                });
    }

    /** A property that says its name. */
    public static PropertyDefinition property(JsonNode body) {
        return naming(
                PROPERTY,
                () -> {
                    PROPERTIES.check(body);
                    return new PropertyDefinition(name(body), PropertySchema.of(body));
                });
    }

    public static ObjectDefinition object(JsonNode body) {
        return naming(
                OBJECT,
                () -> {
                    OBJECTS.check(body);
                    return objectIn(body);
                });
    }

    public static String tag(JsonNode body) {
        return naming(
                TAG,
                () -> {
                    TAGS.check(body);
                    return name(body);
                });
    }

    /** A tag that is made by its name alone. */
    public static String tagNamed(String name) {
        return tag(JsonNodeFactory.instance.objectNode().put("name", name));
    }

    /** Several tags, in their order. */
    public static List<String> tags(JsonNode body) {
        return naming(
                "tags",
                () -> {
                    NEW_TAGS.check(body);
                    return tagsIn(body);
                });
    }

    public static ResourceTypeAssociation association(JsonNode body) {
        return naming(
                ASSOCIATION,
                () -> {
                    ASSOCIATIONS.check(body);
                    return associationIn(body);
                });
    }

    private static NamespaceAttributes attributes(JsonNode body, @Nullable String otherOwner) {
        String owner = text(body, "owner");
        if (owner == null || owner.isEmpty()) {
            owner = otherOwner;
        }
        if (owner == null) {
            throw new DefinitionRefusedException("'owner' is required of who is not in a project");
        }
        return new NamespaceAttributes(
                requireName(body.get("namespace").textValue()),
                text(body, "display_name"),
                text(body, "description"),
                NamespaceAttributes.isPublic(body.path("visibility").asText("")),
                body.path("protected").asBoolean(false),
                owner);
    }

    private static NamespaceContents contents(JsonNode body) {
        List<ResourceTypeAssociation> associations = new ArrayList<>();
        Set<String> resourceTypes = new HashSet<>();
        for (JsonNode one : body.path("resource_type_associations")) {
            requireKnown(one, Set.of("name", "prefix", "properties_target"));
            ResourceTypeAssociation association = associationIn(one);
            requireNew("resource type association", association.resourceType(), resourceTypes);
            associations.add(association);
        }
        List<PropertyDefinition> properties = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> i = body.path("properties").fields();
                i.hasNext(); ) {
            Map.Entry<String, JsonNode> property = i.next();
            properties.add(
                    new PropertyDefinition(
                            requireName(property.getKey()),
                            PropertySchema.of(property.getValue())));
        }
        List<ObjectDefinition> objects = new ArrayList<>();
        Set<String> objectNames = new HashSet<>();
        for (JsonNode one : body.path("objects")) {
            requireKnown(one, Set.of("name", "description", "required", "properties"));
            ObjectDefinition object = objectIn(one);
            requireNew(OBJECT, object.name(), objectNames);
            objects.add(object);
        }
        return new NamespaceContents(associations, properties, objects, tagsIn(body));
    }

    private static ObjectDefinition objectIn(JsonNode body) {
        List<String> required = new ArrayList<>();
        body.path("required").forEach(one -> required.add(one.textValue()));
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        for (Iterator<Map.Entry<String, JsonNode>> i = body.path("properties").fields();
                i.hasNext(); ) {
            Map.Entry<String, JsonNode> property = i.next();
            properties.set(property.getKey(), PropertySchema.of(property.getValue()));
        }
        return new ObjectDefinition(name(body), text(body, "description"), required, properties);
    }

    private static List<String> tagsIn(JsonNode body) {
        List<String> tags = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode one : body.path("tags")) {
            requireKnown(one, Set.of("name"));
            String tag = name(one);
            requireNew(TAG, tag, names);
            tags.add(tag);
        }
        return tags;
    }

    private static ResourceTypeAssociation associationIn(JsonNode body) {
        return new ResourceTypeAssociation(
                name(body), shortText(body, "prefix"), shortText(body, "properties_target"));
    }

    private static String name(JsonNode body) {
        JsonNode name = body.get("name");
        if (name == null) {
            throw new DefinitionRefusedException("'name' is a required property");
        }
        return requireName(name.textValue());
    }

    private static String requireName(String name) {
        if (name.isEmpty()) {
            throw new DefinitionRefusedException("a name is empty");
        }
        if (name.indexOf('\0') >= 0) {
            throw new DefinitionRefusedException("a name holds the character U+0000");
        }
        return requireShort(name);
    }

    private static @Nullable String shortText(JsonNode body, String attribute) {
        String text = text(body, attribute);
        return text == null ? null : requireShort(text);
    }

    private static String requireShort(String text) {
        if (text.codePointCount(0, text.length()) > MAX_NAME_CHARACTERS) {
            throw new DefinitionRefusedException(
                    "'" + text.substring(0, MAX_NAME_CHARACTERS) + "…' is too long");
        }
        return text;
    }

    private static @Nullable String text(JsonNode body, String attribute) {
        JsonNode value = body.get(attribute);
        return value == null ? null : value.textValue();
    }

    private static void requireKnown(JsonNode part, Set<String> known) {
        for (Iterator<String> names = part.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name) && !SHOWN_ONLY.contains(name)) {
                throw new DefinitionRefusedException(
                        "Unknown attribute: "
                                + SchemaCheck.shown(JsonNodeFactory.instance.textNode(name)));
            }
        }
    }

    private static void requireNew(String kind, String name, Set<String> seen) {
        if (!seen.add(name)) {
            throw DefinitionExistsException.in(kind, name);
        }
    }

    /** Says in the words of a refusal which schema it is about. */
    private static <T> T naming(String schema, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (DefinitionRefusedException refused) {
            throw new DefinitionRefusedException(
                    "Provided object does not match schema '"
                            + schema
                            + "': "
                            + refused.getMessage());
        }
    }
}
