package mirage.glance.identity;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** What every identity promises. */
@Timeout(120)
public abstract class IdentityContract {
    protected abstract Identity identity() throws IOException;

    /** A token of alice, who is a member of the project web. */
    protected abstract String aliceToken();

    /** A token of a user with the role service. */
    protected abstract String serviceToken();

    /** A token of alice that is over, null for an identity whose tokens never are. */
    protected abstract @Nullable String overToken();

    @Test
    void aGoodTokenGivesItsCaller() throws IOException {
        Caller alice = callerOf(Credentials.of(aliceToken()));
        assertThat(alice.user().name()).isEqualTo("alice");
        assertThat(alice.user().domain()).isEqualTo(Domain.DEFAULT);
        assertThat(alice.projectId()).isEqualTo("web");
        assertThat(alice.roles()).containsExactlyInAnyOrder("member", "reader");
        assertThat(alice.serviceRoles()).isEmpty();
        assertThat(alice.token().text()).isEqualTo(aliceToken());
        assertThat(alice.toString()).doesNotContain(aliceToken());
        assertThat(alice.token().permits("DELETE", "/v2/images/x")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "unknown",
                "a b",
                "a\r\nX-Roles: admin",
                "käse",
                "\u0000",
                "..",
                "e30.e30.e30",
                "eyJhbGciOiJub25lIn0.e30.",
                "gAAAAABnonsense"
            })
    void nobodyHasATokenThatNobodyKnows(String token) throws IOException {
        assertThat(identity().callerOf(Credentials.of(token))).isNull();
        assertThat(identity().callerOf(new Credentials(token, serviceToken(), "web"))).isNull();
        assertThat(callerOf(new Credentials(aliceToken(), token, null)).serviceRoles()).isEmpty();
    }

    @Test
    void aTokenOfAnyLengthIsLookedAt() throws IOException {
        for (String part : new String[] {"a", "[", "{\"a\":", "."}) {
            assertThat(identity().callerOf(Credentials.of(part.repeat(6000)))).isNull();
        }
    }

    @Test
    void aServicePassesOnARequestOfAUser() throws IOException {
        Caller alice = callerOf(new Credentials(aliceToken(), serviceToken(), null));
        assertThat(alice.user().name()).isEqualTo("alice");
        assertThat(alice.roles()).containsExactlyInAnyOrder("member", "reader");
        assertThat(alice.serviceRoles()).contains("service");
        assertThat(alice.isService()).isFalse();
        assertThat(callerOf(Credentials.of(serviceToken())).isService()).isTrue();
    }

    @Test
    void aTokenThatIsOverCountsOnlyWithAService() throws IOException {
        String over = overToken();
        if (over == null) {
            assertThat(callerOf(Credentials.of(aliceToken())).token().expires()).isNull();
            return;
        }
        assertThat(identity().callerOf(Credentials.of(over))).isNull();
        assertThat(identity().callerOf(new Credentials(over, "unknown", null))).isNull();
        assertThat(identity().callerOf(new Credentials(over, over, null))).isNull();
        assertThat(identity().callerOf(new Credentials(over, aliceToken(), null))).isNull();
        assertThat(callerOf(new Credentials(over, serviceToken(), null)).projectId())
                .isEqualTo("web");
        assertThat(identity().callerOf(Credentials.of(over))).isNull();
    }

    @Test
    void askingForAProjectDoesNotGiveIt() throws IOException {
        Caller caller = identity().callerOf(new Credentials(aliceToken(), null, "db"));
        assertThat(caller == null ? "web" : caller.projectId()).isEqualTo("web");
        assertThat(callerOf(new Credentials(aliceToken(), null, "web")).projectId())
                .isEqualTo("web");
    }

    @Test
    void manyThreadsAskAtOnce() throws IOException {
        Identity identity = identity();
        List<String> users =
                IntStream.range(0, 200)
                        .parallel()
                        .mapToObj(i -> {
                            try {
                                Caller caller =
                                        identity.callerOf(
                                                Credentials.of(
                                                        i % 2 == 0 ? aliceToken() : "unknown" + i));
                                return caller == null ? "nobody" : caller.user().name();
                            } catch (IOException failure) {
                                throw new AssertionError(failure);
                            }
                        })
                        .toList();
        for (int i = 0; i < users.size(); i++) {
            assertThat(users.get(i)).isEqualTo(i % 2 == 0 ? "alice" : "nobody");
        }
    }

    private Caller callerOf(Credentials credentials) throws IOException {
        return requireNonNull(identity().callerOf(credentials));
    }
}
