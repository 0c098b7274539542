package mirage.glance.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

import mirage.glance.http.HttpFailure;
import mirage.glance.policy.PropertyAccess;
import mirage.glance.policy.PropertyRules;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.schema.ImageSchema;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A list of changes to an image, checked as far as that goes without the image.
 *
 * <p>Two media types say the same differently. Version 2.1 has {@code {"op": "add", "path": "/x", "value": "y"}} and its
 * {@code add} overwrites; version 2.0 has {@code {"add": "/x", "value": "y"}} and its {@code add} does not.
 */
public final class ImagePatch {
    private static final Map<String, Dialect> DIALECTS =
            Map.of(
                    "application/openstack-images-v2.0-json-patch", Dialect.OPERATION_IS_MEMBER,
                    "application/openstack-images-v2.1-json-patch", Dialect.OPERATION_IS_VALUE);
    private static final String ACCEPTED =
            String.join(", ", DIALECTS.keySet().stream().sorted().toList());
    private static final Set<String> FORMATS = Set.of("disk_format", "container_format");

    private static final String LOCATIONS = "locations";

    private final List<Change> changes;
    private final List<LocationChange> locationChanges;
    private final ImageSchema schema;

    private ImagePatch(
            List<Change> changes, List<LocationChange> locationChanges, ImageSchema schema) {
        this.schema = schema;
        this.changes = List.copyOf(changes);
        this.locationChanges = List.copyOf(locationChanges);
    }

    /**
     * Lets media types pass that are patches.
     *
     * @param mediaType of the request, without parameters
     * @throws HttpFailure 415 for another one
     */
    public static void requireMediaType(String mediaType) {
        if (!DIALECTS.containsKey(mediaType)) {
            throw new HttpFailure(
                    415,
                    "The media type of a patch is one of " + ACCEPTED,
                    Map.of("Accept-Patch", ACCEPTED));
        }
    }

    /**
     * Reads a patch.
     *
     * @param mediaType one that {@link #requireMediaType} lets pass
     * @param schema of what images may say
     * @throws HttpFailure 400 for what is no patch or sets a wrong value, 403 for what clients may not set
     */
    public static ImagePatch read(String mediaType, JsonNode body, ImageSchema schema) {
        Dialect dialect = DIALECTS.get(mediaType);
        if (dialect == null) {
            throw new IllegalArgumentException("no media type of a patch: " + mediaType);
        }
        if (!body.isArray()) {
            throw HttpFailure.badRequest("Request body must be a JSON array of operation objects.");
        }
        List<Change> changes = new ArrayList<>();
        List<LocationChange> locationChanges = new ArrayList<>();
        for (JsonNode change : body) {
            if (!change.isObject()) {
                throw HttpFailure.badRequest("Operations must be JSON objects.");
            }
            Operation operation = operationOf(dialect, change);
            List<String> path = pathOf(dialect, operation, change);
            if (path.getFirst().equals(LOCATIONS)) {
                locationChanges.add(LocationChanges.read(operation.wireName(), path, change));
            } else {
                changes.add(read(dialect, operation, path, change, schema));
            }
        }
        return new ImagePatch(changes, locationChanges, schema);
    }

    /** Whether it changes no attribute. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** What it changes of the places where the bytes are, in this order. */
    public List<LocationChange> locationChanges() {
        return locationChanges;
    }

    /**
     * What an image's attributes become.
     *
     * @param access to its properties of who changes it
     * @throws HttpFailure 403 or 409 for a change that this image cannot have; nothing is changed then
     */
    public ImageAttributes applyTo(ImageRecord image, PropertyAccess access) {
        ImageAttributes.Draft draft = image.attributes().draft();
        for (Change change : changes) {
            change.applyTo(draft, image.status(), schema, access);
        }
        return draft.build();
    }

    private enum Dialect {
        OPERATION_IS_MEMBER,
        OPERATION_IS_VALUE
    }

    private enum Operation {
        ADD,
        REPLACE,
        REMOVE;

        static final String NAMES = "add, remove, replace";

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One change.
     *
     * @param overwrites whether an {@code add} may replace what is there
     * @param value JSON null for a removal
     */
    private record Change(Operation operation, boolean overwrites, String name, JsonNode value) {
        void applyTo(
                ImageAttributes.Draft image,
                ImageStatus status,
                ImageSchema schema,
                PropertyAccess access) {
            boolean base = ImageSchema.isSettable(name);
            boolean has = base || image.properties().containsKey(name);
            boolean present = base || (has && access.sees(name));
            if (operation == Operation.ADD ? present && !overwrites : !present) {
                throw HttpFailure.conflict(
                        "Property " + name + (present ? " already present." : " does not exist."));
            }
            if (operation == Operation.REMOVE) {
                if (base) {
                    throw HttpFailure.forbidden("Property " + name + " may not be removed.");
                }
                require(access, PropertyRules.Operation.DELETE);
                image.properties().remove(name);
                return;
            }
            if (FORMATS.contains(name) && status != ImageStatus.QUEUED) {
                throw HttpFailure.forbidden(
                        "Attribute " + name + " can be only replaced for a queued image.");
            }
            if (!present) {
                require(access, PropertyRules.Operation.CREATE);
            }
            // Who takes a property that is hidden from him for a new one must also be one who may
            // change it.
            if (has && !base) {
                require(access, PropertyRules.Operation.UPDATE);
            }
            schema.set(image, name, value);
        }

        private void require(PropertyAccess access, PropertyRules.Operation wanted) {
            if (!access.permits(wanted, name)) {
                throw ImageSchema.reserved(name);
            }
        }
    }

    private static Operation operationOf(Dialect dialect, JsonNode change) {
        return dialect == Dialect.OPERATION_IS_VALUE
                ? operationOfValue(change)
                : operationOfMember(change);
    }

    private static List<String> pathOf(Dialect dialect, Operation operation, JsonNode change) {
        JsonNode path =
                dialect == Dialect.OPERATION_IS_VALUE
                        ? change.path("path")
                        : change.path(operation.wireName());
        if (!path.isTextual()) {
            throw HttpFailure.badRequest("Unable to find 'path' in JSON Schema change");
        }
        return JsonPointer.tokens(path.textValue());
    }

    private static Change read(
            Dialect dialect,
            Operation operation,
            List<String> path,
            JsonNode change,
            ImageSchema schema) {
        if (path.size() > 1) {
            throw HttpFailure.badRequest(
                    "Invalid JSON pointer for this resource: '/" + String.join("/", path) + "'");
        }
        String name = path.getFirst();
        ImageSchema.requireNotReserved(name);
        if (name.equals("id")) {
            throw HttpFailure.forbidden("Attribute 'id' is read-only.");
        }
        if (operation == Operation.REMOVE) {
            return new Change(operation, true, name, NullNode.getInstance());
        }
        JsonNode value = change.get("value");
        if (value == null) {
            throw HttpFailure.badRequest(
                    "Operation \""
                            + operation.wireName()
                            + "\" requires a member named \"value\".");
        }
        // A wrong value is refused whatever the image is like, so try it on one that has nothing.
        schema.set(new ImageAttributes.Draft(), name, value);
        return new Change(operation, dialect == Dialect.OPERATION_IS_VALUE, name, value);
    }

    private static Operation operationOfValue(JsonNode change) {
        for (Operation operation : Operation.values()) {
            if (operation.wireName().equals(change.path("op").textValue())) {
                return operation;
            }
        }
        throw HttpFailure.badRequest(
                "Invalid operation: `"
                        + change.path("op").asText()
                        + "`. It must be one of the following: "
                        + Operation.NAMES
                        + ".");
    }

    private static Operation operationOfMember(JsonNode change) {
        Operation found = null;
        for (Operation operation : Operation.values()) {
            if (change.has(operation.wireName())) {
                if (found != null) {
                    throw oneMember();
                }
                found = operation;
            }
        }
        if (found == null) {
            throw oneMember();
        }
        return found;
    }

    private static HttpFailure oneMember() {
        return HttpFailure.badRequest(
                "Operation objects must contain exactly one member named \"add\", \"remove\", or"
                        + " \"replace\".");
    }
}
