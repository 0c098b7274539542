package mirage.glance.metadef;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A property of a namespace.
 *
 * @param name 1 to 80 characters
 * @param definition in the form of {@link PropertySchema}; not to be changed
 */
public record PropertyDefinition(String name, ObjectNode definition) {}
