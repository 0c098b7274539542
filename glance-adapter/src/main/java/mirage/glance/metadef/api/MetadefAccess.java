package mirage.glance.metadef.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.Namespaces;
import mirage.glance.policy.Policy;
import mirage.glance.policy.PolicyTarget;
import mirage.glance.policy.RuleNames;

/**
 * Who may do what with which namespace. Whoever is not shown a namespace is told that there is none.
 *
 * <p>Two things hide a namespace: that it is another project's and not public, which no rule changes, and the rules.
 */
final class MetadefAccess {
    private final Policy policy;
    private final Namespaces namespaces;

    MetadefAccess(Policy policy, Namespaces namespaces) {
        this.policy = policy;
        this.namespaces = namespaces;
    }

    boolean isAdmin(Caller caller) {
        return policy.permits(RuleNames.CONTEXT_IS_ADMIN, caller, PolicyTarget.none());
    }

    /** Whether a namespace exists for a caller as far as rules say. */
    boolean permitsShowing(Namespace namespace, Caller caller) {
        return policy.permits(RuleNames.GET_METADEF_NAMESPACE, caller, targetOf(namespace));
    }

    /**
     * The namespace of the request's path.
     *
     * @throws HttpFailure 404 when it is not there or not for the caller to see
     */
    Namespace visible(Exchange exchange) {
        return visible(exchange, exchange.variable("namespace"));
    }

    /** The same for a namespace that is named elsewhere. */
    Namespace visible(Exchange exchange, String name) {
        Namespace found = namespaces.find(name);
        if (found == null || !isFor(exchange.caller(), found)) {
            throw HttpFailure.notFound("Metadata definition namespace=" + name + " was not found.");
        }
        return found;
    }

    /** Lets those pass who may do something that is about no namespace in particular. */
    void require(String rule, Exchange exchange) {
        Caller caller = exchange.caller();
        require(rule, caller, PolicyTarget.ofProject(caller.projectId()));
    }

    /** Lets those pass who may do something with a namespace. */
    void require(String rule, Exchange exchange, Namespace namespace) {
        require(rule, exchange.caller(), targetOf(namespace));
    }

    boolean permits(String rule, Exchange exchange, Namespace namespace) {
        return policy.permits(rule, exchange.caller(), targetOf(namespace));
    }

    private void require(String rule, Caller caller, PolicyTarget target) {
        if (policy.permits(rule, caller, target)) {
            return;
        }
        if (!policy.permits(RuleNames.GET_METADEF_NAMESPACE, caller, target)) {
            throw HttpFailure.notFound("The resource could not be found.");
        }
        throw HttpFailure.forbidden("You are not authorized to complete " + rule + " action.");
    }

    /** Refuses to take something out of a protected namespace. */
    static void requireNotProtected(Namespace namespace, String what) {
        if (namespace.attributes().isProtected()) {
            throw HttpFailure.forbidden(
                    "Metadata definition " + what + " is protected and cannot be deleted.");
        }
    }

    private boolean isFor(Caller caller, Namespace namespace) {
        return namespace.attributes().isPublic()
                || caller.owns(namespace.attributes().owner())
                || isAdmin(caller);
    }

    private static PolicyTarget targetOf(Namespace namespace) {
        return PolicyTarget.ofProject(namespace.attributes().owner())
                .with(PolicyTarget.VISIBILITY, namespace.attributes().visibility());
    }
}
