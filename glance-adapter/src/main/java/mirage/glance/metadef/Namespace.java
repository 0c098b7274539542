package mirage.glance.metadef;

import java.time.Instant;

/**
 * A namespace that is kept.
 *
 * @param id its own for ever; it is renamed without getting another one
 */
public record Namespace(
        long id, NamespaceAttributes attributes, Instant createdAt, Instant updatedAt) {
    public String name() {
        return attributes.name();
    }
}
