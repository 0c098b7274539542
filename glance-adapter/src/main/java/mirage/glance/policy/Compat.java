package mirage.glance.policy;

/** Whose defaults apply where the operator says nothing. */
public enum Compat {
    /** Glance 25: any role of a project may write in it, unless the newer defaults are switched on. */
    ZED,
    /** The newest Glance: reader, member, administrator and service are told apart, and project scope is demanded. */
    LATEST
}
