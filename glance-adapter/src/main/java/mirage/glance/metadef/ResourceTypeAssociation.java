package mirage.glance.metadef;

import org.jspecify.annotations.Nullable;

/**
 * What the properties of a namespace are put on.
 *
 * @param resourceType name of a resource type, 1 to 80 characters
 * @param prefix what names of properties begin with there
 * @param target which of several sets of properties is meant
 */
public record ResourceTypeAssociation(
        String resourceType, @Nullable String prefix, @Nullable String target) {}
