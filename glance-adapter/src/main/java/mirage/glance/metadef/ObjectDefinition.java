package mirage.glance.metadef;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A group of properties.
 *
 * @param name 1 to 80 characters
 * @param required names of properties without which the others mean nothing
 * @param properties definitions in the form of {@link PropertySchema} by name; not to be changed
 */
public record ObjectDefinition(
        String name, @Nullable String description, List<String> required, ObjectNode properties) {
    public ObjectDefinition {
        required = List.copyOf(required);
    }
}
