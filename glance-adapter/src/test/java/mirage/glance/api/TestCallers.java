package mirage.glance.api;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Identity;
import mirage.glance.identity.Token;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;

/** The users of test services. Tokens are their names. */
final class TestCallers {
    private static final Map<String, Caller> CALLERS =
            Map.of(
                    "admin",
                            Caller.inProject("admin", "admin", Set.of("admin", "member", "reader")),
                    "alice", Caller.inProject("alice", "web", Set.of("member", "reader")),
                    "bob", Caller.inProject("bob", "db", Set.of("Member", "Reader")),
                    "rita", Caller.inProject("rita", "web", Set.of("reader")),
                    "noone", Caller.inProject("noone", "web", Set.of()));

    private TestCallers() {}

    static Identity identity() {
        return credentials -> withToken(CALLERS.get(credentials.token()), credentials.token());
    }

    private static @Nullable Caller withToken(@Nullable Caller caller, String token) {
        return caller == null
                ? null
                : new Caller(
                        caller.user(),
                        caller.scope(),
                        caller.roles(),
                        caller.serviceRoles(),
                        new Token(token, null));
    }
}
