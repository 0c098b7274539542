package mirage.glance.identity.oidc;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Identity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two identities beside each other: tokens that say that they come from the provider go to the one, all others to the
 * other, Keystone's own signed tokens among them. Each token is looked at by one of the two only.
 */
public final class OidcOrElse implements Identity {
    private final OidcIdentity oidc;
    private final Identity others;

    public OidcOrElse(OidcIdentity oidc, Identity others) {
        this.oidc = oidc;
        this.others = others;
    }

    @Override
    public @Nullable Caller callerOf(Credentials credentials) throws IOException {
        return oidc.claimsToIssue(credentials.token())
                ? oidc.callerOf(credentials)
                : others.callerOf(credentials);
    }

    @Override
    public List<String> challenges() {
        return Stream.concat(others.challenges().stream(), oidc.challenges().stream()).toList();
    }
}
