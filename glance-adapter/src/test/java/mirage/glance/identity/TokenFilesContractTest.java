package mirage.glance.identity;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

final class TokenFilesContractTest extends IdentityContract {
    @TempDir Path directory;

    @Override
    protected Identity identity() throws IOException {
        Files.writeString(
                directory.resolve("identity.json"),
                """
                {"callers": [
                  {"token_sha256": "%s", "user": "alice", "project": "web", "roles": ["Member"]},
                  {"token_sha256": "%s", "user": "nova", "project": "service",
                   "roles": ["service"]}]}
                """
                        .formatted(TokenDigest.of(aliceToken()), TokenDigest.of(serviceToken())));
        return TokenFiles.open(directory, new SecureRandom());
    }

    @Override
    protected String aliceToken() {
        return "the-token-of-alice";
    }

    @Override
    protected String serviceToken() {
        return "the-token-of-nova";
    }

    @Override
    protected @Nullable String overToken() {
        return null;
    }
}
