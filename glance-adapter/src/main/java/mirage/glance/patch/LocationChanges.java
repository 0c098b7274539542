package mirage.glance.patch;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.http.HttpFailure;
import mirage.glance.patch.LocationChange.Place;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads changes of {@code /locations}. */
final class LocationChanges {
    private static final int MAX_URL_CHARACTERS = 255;
    private static final int MAX_METADATA = 128;
    private static final Set<String> VALIDATION =
            Set.of("checksum", "os_hash_algo", "os_hash_value");

    private LocationChanges() {}

    /**
     * Reads one change.
     *
     * @param operation add, remove or replace
     * @param path whose first token is {@code locations}
     */
    static LocationChange read(String operation, List<String> path, JsonNode change) {
        boolean isWhole = operation.equals("replace");
        if (path.size() != (isWhole ? 1 : 2)) {
            throw HttpFailure.badRequest(
                    "Invalid JSON pointer for this resource: '/" + String.join("/", path) + "'");
        }
        if (operation.equals("remove")) {
            return new LocationChange.Remove(position(path.get(1)));
        }
        JsonNode value = change.get("value");
        if (value == null) {
            throw HttpFailure.badRequest(
                    "Operation \"" + operation + "\" requires a member named \"value\".");
        }
        return isWhole
                ? new LocationChange.Replace(places(value))
                : new LocationChange.Add(position(path.get(1)), place(value));
    }

    private static @Nullable Integer position(String token) {
        if (token.equals("-")) {
            return null;
        }
        try {
            return Integer.parseUnsignedInt(token);
        } catch (NumberFormatException malformed) {
            throw HttpFailure.badRequest("Invalid position for a location: " + token);
        }
    }

    private static List<Place> places(JsonNode value) {
        if (!value.isArray()) {
            throw wrong("an array");
        }
        List<Place> places = new ArrayList<>();
        value.forEach(place -> places.add(place(place)));
        return places;
    }

    /** A place as a client names it: {@code {"url": …, "metadata": {…}, "validation_data": {…}}}. */
    static Place place(JsonNode value) {
        String url = value.path("url").textValue();
        if (url == null || url.isEmpty() || url.length() > MAX_URL_CHARACTERS) {
            throw wrong("a \"url\" of at most " + MAX_URL_CHARACTERS + " characters");
        }
        SortedMap<String, String> validation = texts(value.path("validation_data"));
        if (!VALIDATION.containsAll(validation.keySet())) {
            throw wrong("validation_data of " + VALIDATION);
        }
        return new Place(url, texts(value.path("metadata")), validation);
    }

    private static SortedMap<String, String> texts(JsonNode object) {
        SortedMap<String, String> texts = new TreeMap<>();
        if (object.isMissingNode()) {
            return texts;
        }
        if (!object.isObject() || object.size() > MAX_METADATA) {
            throw wrong("an object of at most " + MAX_METADATA + " texts");
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            texts.put(
                    entry.getKey(),
                    entry.getValue().isTextual()
                            ? entry.getValue().textValue()
                            : entry.getValue().toString());
        }
        return texts;
    }

    private static HttpFailure wrong(String expected) {
        return HttpFailure.badRequest(
                "Provided object does not match schema 'image': locations must have " + expected);
    }
}
