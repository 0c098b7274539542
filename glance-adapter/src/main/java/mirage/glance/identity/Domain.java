package mirage.glance.identity;

/**
 * A Keystone domain: names of users and projects are unique within one.
 *
 * @param id not empty
 * @param name for people; not empty
 */
public record Domain(String id, String name) {
    /** The domain that every Keystone has, and that callers are in who come from elsewhere. */
    public static final Domain DEFAULT = new Domain("default", "Default");

    public Domain {
        if (id.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("domain \"" + id + "\" named \"" + name + "\"");
        }
    }
}
