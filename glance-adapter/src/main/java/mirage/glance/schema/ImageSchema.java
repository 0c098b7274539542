package mirage.glance.schema;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.Visibility;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * What a client may say of an image. A name is one of these:
 *
 * <ul>
 *   <li>an attribute that clients set ({@link #isSettable}),
 *   <li>one that only the service sets ({@link #requireNotReserved} refuses it),
 *   <li>one that is reserved, by itself or by its prefix (refused likewise),
 *   <li>any other: a custom property, whose value is a text.
 * </ul>
 *
 * What is refused is a {@link HttpFailure}: 403 for what is not the client's to set, 400 for a wrong value.
 */
public final class ImageSchema {
    private static final String DISK_FORMAT = "disk_format";
    private static final String CONTAINER_FORMAT = "container_format";
    private static final int MAX_TEXT_CHARACTERS = 255;
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private static final Set<String> READ_ONLY =
            Set.of(
                    "created_at",
                    "updated_at",
                    "status",
                    "checksum",
                    "size",
                    "virtual_size",
                    "direct_url",
                    "self",
                    "file",
                    "schema",
                    "stores",
                    "os_hash_algo",
                    "os_hash_value");
    private static final Set<String> RESERVED =
            Set.of("location", "locations", "deleted", "deleted_at");
    private static final String RESERVED_PREFIX = "os_glance_";

    /** Custom properties that have a meaning, and so values that they cannot have. */
    private static final Map<String, Pattern> CUSTOM =
            Map.of(
                    "kernel_id", UUID,
                    "ramdisk_id", UUID,
                    "cinder_encryption_key_deletion_policy",
                            Pattern.compile("on_image_deletion|do_not_delete"));

    /** Custom properties that a client may say that there are none of. */
    private static final Set<String> NULLABLE = Set.of("kernel_id", "ramdisk_id");

    private static final Map<String, BiConsumer<ImageAttributes.Draft, JsonNode>> SETTABLE =
            Map.ofEntries(
                    Map.entry("name", (image, value) -> image.name(textOrNull("name", value))),
                    Map.entry("owner", (image, value) -> image.owner(textOrNull("owner", value))),
                    Map.entry("visibility", (image, value) -> image.visibility(visibility(value))),
                    Map.entry(
                            "protected",
                            (image, value) -> image.isProtected(flag("protected", value))),
                    Map.entry(
                            "os_hidden",
                            (image, value) -> image.isHidden(flag("os_hidden", value))),
                    Map.entry("min_ram", (image, value) -> image.minRam(amount("min_ram", value))),
                    Map.entry(
                            "min_disk", (image, value) -> image.minDisk(amount("min_disk", value))),
                    Map.entry("tags", (image, value) -> setTags(image, tags(value))));

    private final Map<String, Collection<String>> formats;

    /**
     * @param formats that the two attributes may name
     */
    public ImageSchema(FormatNames formats) {
        this.formats = Map.of(DISK_FORMAT, formats.disk(), CONTAINER_FORMAT, formats.container());
    }

    /** Whether a name is an attribute that every image has and clients set. */
    public static boolean isSettable(String name) {
        return SETTABLE.containsKey(name)
                || name.equals(DISK_FORMAT)
                || name.equals(CONTAINER_FORMAT);
    }

    /** Whether a text can be the id of an image. */
    public static boolean isImageId(String text) {
        return UUID.matcher(text).matches();
    }

    /**
     * Lets names pass that a client may set.
     *
     * @throws HttpFailure 403 for a name that the service keeps for itself
     */
    public static void requireNotReserved(String name) {
        if (READ_ONLY.contains(name)) {
            throw HttpFailure.forbidden("Attribute '" + name + "' is read-only.");
        }
        if (RESERVED.contains(name) || name.startsWith(RESERVED_PREFIX)) {
            throw HttpFailure.forbidden("Attribute '" + name + "' is reserved.");
        }
    }

    /**
     * Sets an attribute or a custom property.
     *
     * @throws HttpFailure 400 for a value that it cannot have, 403 for a name that is not a client's to set
     */
    public void set(ImageAttributes.Draft image, String name, JsonNode value) {
        requireNotReserved(name);
        Collection<String> permitted = formats.get(name);
        if (permitted != null) {
            String format = oneOf(name, value, permitted);
            if (name.equals(DISK_FORMAT)) {
                image.diskFormat(format);
            } else {
                image.containerFormat(format);
            }
            return;
        }
        BiConsumer<ImageAttributes.Draft, JsonNode> setter = SETTABLE.get(name);
        if (setter != null) {
            setter.accept(image, value);
            return;
        }
        if (name.isEmpty() || name.length() > MAX_TEXT_CHARACTERS) {
            throw HttpFailure.badRequest(
                    "Custom property should not be greater than 255 characters.");
        }
        requireStorable(name);
        if (value.isNull() && NULLABLE.contains(name)) {
            image.properties().remove(name);
            return;
        }
        if (!value.isTextual()) {
            throw wrong(name, value, "a string");
        }
        Pattern pattern = CUSTOM.get(name);
        if (pattern != null && !pattern.matcher(value.textValue()).matches()) {
            throw wrong(name, value, "a string that matches " + pattern);
        }
        image.properties().put(name, requireStorable(value.textValue()));
    }

    /**
     * A tag that an image may have.
     *
     * @throws HttpFailure 400 when it may not
     */
    public static String tag(String tag) {
        if (tag.length() > MAX_TEXT_CHARACTERS) {
            throw HttpFailure.badRequest("Invalid image tag: it has more than 255 characters.");
        }
        return requireStorable(tag);
    }

    private static void setTags(ImageAttributes.Draft image, SortedSet<String> tags) {
        image.tags().clear();
        image.tags().addAll(tags);
    }

    private static SortedSet<String> tags(JsonNode value) {
        if (!value.isArray()) {
            throw wrong("tags", value, "an array of strings");
        }
        SortedSet<String> tags = new TreeSet<>();
        for (JsonNode tag : value) {
            if (!tag.isTextual()) {
                throw wrong("tags", tag, "strings");
            }
            tags.add(tag(tag.textValue()));
        }
        return tags;
    }

    private static Visibility visibility(JsonNode value) {
        Visibility visibility = value.isTextual() ? Visibility.ofWireName(value.textValue()) : null;
        if (visibility == null) {
            throw wrong("visibility", value, "community, public, private or shared");
        }
        return visibility;
    }

    private static @Nullable String textOrNull(String name, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (!value.isTextual() || value.textValue().length() > MAX_TEXT_CHARACTERS) {
            throw wrong(name, value, "null or a string of at most 255 characters");
        }
        return requireStorable(value.textValue());
    }

    private static @Nullable String oneOf(
            String name, JsonNode value, Collection<String> permitted) {
        if (value.isNull()) {
            return null;
        }
        if (!value.isTextual() || !permitted.contains(value.textValue())) {
            throw wrong(name, value, "null or one of " + String.join(", ", permitted));
        }
        return value.textValue();
    }

    private static boolean flag(String name, JsonNode value) {
        if (!value.isBoolean()) {
            throw wrong(name, value, "true or false");
        }
        return value.booleanValue();
    }

    private static int amount(String name, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw wrong(name, value, "an integer from 0 to 2147483647");
        }
        return value.intValue();
    }

    /** PostgreSQL keeps no NUL in a text. */
    private static String requireStorable(String text) {
        if (text.indexOf('\0') >= 0) {
            throw HttpFailure.badRequest("A text holds the character U+0000.");
        }
        return text;
    }

    private static HttpFailure wrong(String name, JsonNode value, String expected) {
        String found = value.toString();
        return HttpFailure.badRequest(
                "Provided object does not match schema 'image': "
                        + name
                        + " must be "
                        + expected
                        + ", found "
                        + (found.length() > 100 ? found.substring(0, 100) + "…" : found));
    }
}
