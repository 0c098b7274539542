package mirage.glance.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

final class TokenFilesTest {
    @TempDir Path directory;

    private TokenFiles open() throws IOException {
        return TokenFiles.open(directory, new SecureRandom());
    }

    @Test
    void theAdministratorsTokenIsMadeOnceAndIsPrivate() throws IOException {
        open();
        Path file = directory.resolve("token");
        String token = Files.readString(file).strip();
        assertThat(token).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        TokenFiles again = open();
        assertThat(Files.readString(file).strip()).isEqualTo(token);
        Caller caller = callerOf(again, token);
        assertThat(caller.userId()).isEqualTo("admin");
        assertThat(caller.projectId()).isEqualTo("admin");
        assertThat(caller.roles()).containsExactlyInAnyOrder("admin", "member", "reader");
        assertThat(again.callerOf(Credentials.of(token + "0"))).isNull();
        assertThat(again.callerOf(Credentials.of(""))).isNull();
    }

    @Test
    void moreCallersAreNamedByDigest() throws IOException {
        // printf %s test | sha256sum
        Files.writeString(
                directory.resolve("identity.json"),
                """
                {"callers": [{
                  "token_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                  "user": "alice", "project": "web", "roles": ["Member"]}]}
                """);
        TokenFiles identity = open();
        Caller alice = callerOf(identity, "test");
        assertThat(alice.userId()).isEqualTo("alice");
        assertThat(alice.roles()).containsExactlyInAnyOrder("member", "reader");
        assertThat(alice.serviceRoles()).isEmpty();
        assertThat(identity.callerOf(Credentials.of("other"))).isNull();
        assertThat(identity.callerOf(new Credentials("test", "test", "web")))
                .isEqualTo(alice.withServiceRoles(Set.of("member", "reader")));
        assertThat(identity.callerOf(new Credentials("test", "other", null))).isEqualTo(alice);
        assertThat(identity.callerOf(new Credentials("test", null, "db"))).isEqualTo(alice);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "{}",
                "{\"callers\": {}}",
                "{\"callers\": [{}]}",
                "{\"callers\": [{\"token_sha256\": \"abc\", \"user\": \"u\", \"project\": \"p\"}]}",
                "{\"callers\": [{\"token_sha256\":"
                        + " \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}]}"
            })
    void aFileThatSaysNothingUsableIsNamed(String content) throws IOException {
        Files.writeString(directory.resolve("identity.json"), content);
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("identity.json");
    }

    @Test
    void aTokenMustNotBeShort() throws IOException {
        Files.writeString(directory.resolve("token"), "short");
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token");
    }

    private static Caller callerOf(TokenFiles identity, String token) {
        return requireNonNull(identity.callerOf(Credentials.of(token)));
    }
}
