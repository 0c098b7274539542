package mirage.glance.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Set;

final class CallerTest {
    private static final User ALICE = new User("a1", "alice", Domain.DEFAULT);
    private static final Token TOKEN = new Token("secret-of-alice", Instant.EPOCH);

    @Test
    void rolesAreThoseNamedInLowerCaseAndNoOthers() {
        Caller admin = Caller.inProject("u", "p", Set.of("ADMIN"));
        assertThat(admin.roles()).containsExactly("admin");
        assertThat(admin.isAdmin()).isTrue();
        assertThat(admin.isMember()).isFalse();
        assertThat(admin.isReader()).isFalse();
        assertThat(admin.has("Admin")).isTrue();
        assertThat(Caller.inProject("u", "p", Set.of("Service")).isService()).isTrue();
        assertThat(admin.withServiceRoles(Set.of("Service")).serviceRoles())
                .containsExactly("service");
        assertThat(admin.withServiceRoles(Set.of("Service")).isService()).isFalse();
    }

    @Test
    void onlyATokenForAProjectOwns() {
        assertThat(Caller.inProject("u", "p", Set.of()).owns("p")).isTrue();
        assertThat(Caller.inProject("u", "p", Set.of()).owns("q")).isFalse();
        assertThat(Caller.inProject("u", "p", Set.of()).owns(null)).isFalse();
        for (TokenScope scope :
                new TokenScope[] {
                    new TokenScope.OfDomain(Domain.DEFAULT),
                    new TokenScope.OfSystem(),
                    new TokenScope.None()
                }) {
            Caller caller = new Caller(ALICE, scope, Set.of("admin"), Set.of(), TOKEN);
            assertThat(caller.projectId()).isNull();
            assertThat(caller.owns(null)).isFalse();
        }
    }

    @Test
    void secretsAreNotPrinted() {
        Caller caller = new Caller(ALICE, new TokenScope.None(), Set.of(), Set.of(), TOKEN);
        assertThat(caller.toString()).contains("alice", "1970").doesNotContain("secret");
        assertThat(new Credentials("secret", "secret", "web").toString())
                .contains("web")
                .doesNotContain("secret");
    }

    @Test
    void nobodyHasNoName() {
        assertThatThrownBy(() -> Caller.inProject("", "p", Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Caller.inProject("u", "", Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Domain("", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rolesImplyOneAnotherWhereNoServiceSays() {
        assertThat(ImpliedRoles.withImplied(Set.of("ADMIN")))
                .containsExactlyInAnyOrder("admin", "member", "reader");
        assertThat(ImpliedRoles.withImplied(Set.of("Member")))
                .containsExactlyInAnyOrder("member", "reader");
        assertThat(ImpliedRoles.withImplied(Set.of("reader"))).containsExactly("reader");
    }
}
