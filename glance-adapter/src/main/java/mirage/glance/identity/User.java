package mirage.glance.identity;

/**
 * A user of the identity service.
 *
 * @param id unique everywhere; not empty
 * @param name unique within the domain; not empty
 */
public record User(String id, String name, Domain domain) {
    public User {
        if (id.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("user \"" + id + "\" named \"" + name + "\"");
        }
    }
}
