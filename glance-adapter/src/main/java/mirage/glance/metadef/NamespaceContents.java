package mirage.glance.metadef;

import java.util.List;

/** All that is in a namespace. No two of a kind have the same name. */
public record NamespaceContents(
        List<ResourceTypeAssociation> associations,
        List<PropertyDefinition> properties,
        List<ObjectDefinition> objects,
        List<String> tags) {
    public NamespaceContents {
        associations = List.copyOf(associations);
        properties = List.copyOf(properties);
        objects = List.copyOf(objects);
        tags = List.copyOf(tags);
    }
}
