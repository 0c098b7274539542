package mirage.glance.policy;

import mirage.glance.identity.Caller;
import mirage.glance.policy.PropertyRules.Operation;

/** What one caller may do to properties of images. */
public record PropertyAccess(PropertyRules rules, Caller caller) {
    /** Whether the property of this name is there for the caller when an image has it. */
    public boolean sees(String property) {
        return permits(Operation.READ, property);
    }

    public boolean permits(Operation operation, String property) {
        return rules.permits(operation, property, caller);
    }
}
