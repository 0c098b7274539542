package mirage.glance.policy;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Domain;
import mirage.glance.identity.Token;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The callers and targets of {@code permits.tsv}, by the names that {@code oslo.py} gives them. */
final class Callers {
    private static final Set<String> READER = Set.of("reader");
    private static final Set<String> MEMBER = Set.of("member", "reader");
    private static final Set<String> ADMIN = Set.of("admin", "member", "reader");

    static final Map<String, Caller> ALL = new LinkedHashMap<>();
    static final Map<String, PolicyTarget> TARGETS = new LinkedHashMap<>();

    static {
        ALL.put("nobody", caller(new TokenScope.None(), Set.of()));
        ALL.put("reader", in("p", READER));
        ALL.put("member", in("p", MEMBER));
        ALL.put("member-only", in("p", Set.of("member")));
        ALL.put("admin", in("p", ADMIN));
        ALL.put("service", in("services", Set.of("service")));
        ALL.put("member-by-service", in("p", MEMBER).withServiceRoles(Set.of("service")));
        ALL.put("other-reader", in("q", READER));
        ALL.put("other-member", in("q", MEMBER));
        ALL.put("other-admin", in("q", ADMIN));
        ALL.put("system-admin", caller(new TokenScope.OfSystem(), ADMIN));
        ALL.put(
                "domain-admin",
                caller(new TokenScope.OfDomain(new Domain("d", "somewhere")), ADMIN));

        TARGETS.put("nothing", PolicyTarget.none());
        TARGETS.put("project", PolicyTarget.ofProject("p"));
        TARGETS.put("private", PolicyTarget.ofImage("p", "private", null));
        TARGETS.put("shared", PolicyTarget.ofImage("p", "shared", null));
        TARGETS.put("shared-with-other", PolicyTarget.ofImage("p", "shared", "q"));
        TARGETS.put("community", PolicyTarget.ofImage("p", "community", null));
        TARGETS.put("public", PolicyTarget.ofImage("p", "public", null));
    }

    private Callers() {}

    static Caller named(String name) {
        return Objects.requireNonNull(ALL.get(name), name);
    }

    static PolicyTarget target(String name) {
        return Objects.requireNonNull(TARGETS.get(name), name);
    }

    private static Caller in(String project, Set<String> roles) {
        return Caller.inProject("someone", project, roles);
    }

    private static Caller caller(TokenScope scope, Set<String> roles) {
        return new Caller(
                new User("someone", "someone", Domain.DEFAULT),
                scope,
                roles,
                Set.of(),
                new Token("", null));
    }
}
