package mirage.maintain;

/**
 * Something that is not as it was stored.
 *
 * @param object what is damaged, such as {@code pack 12ab…} or {@code image ubuntu}
 * @param what is wrong with it
 */
public record Damage(String object, String what) {
    @Override
    public String toString() {
        return object + ": " + what;
    }
}
