package mirage.glance.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.util.SortedMap;
import java.util.TreeMap;

/** Maps of texts as a column keeps them: a JSON object. */
final class JsonColumn {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> MAP = new TypeReference<>() {};

    private JsonColumn() {}

    static String of(SortedMap<String, String> map) {
        try {
            return JSON.writeValueAsString(map);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts are always JSON", impossible);
        }
    }

    static SortedMap<String, String> toMap(String column) {
        try {
            return JSON.readValue(column, MAP);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a column holds no JSON: " + column, broken);
        }
    }
}
