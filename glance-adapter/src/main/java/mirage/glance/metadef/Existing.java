package mirage.glance.metadef;

/** What becomes of a namespace that is there when one of its name is loaded. */
public enum Existing {
    /** It stays as it is. */
    KEEP,
    /** It gets what it does not have; what it has stays as it is. */
    ADD_TO,
    /** It gets what it does not have, and what it has becomes as in the new one. */
    UPDATE,
    /** It goes with all that is in it. */
    REPLACE
}
