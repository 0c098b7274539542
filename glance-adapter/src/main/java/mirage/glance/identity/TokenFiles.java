package mirage.glance.identity;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * Identity from two files of the data directory, for a service without Keystone.
 *
 * <ul>
 *   <li>{@code token}: the administrator's token. Made at the first start, readable by its owner only; replace its
 *       content and start again to change it.
 *   <li>{@code identity.json}, when it exists, names more callers by the SHA-256 of their tokens, so that the file
 *       gives no token away:
 *       <pre>
 *   {"callers": [{"token_sha256": "9f86…", "user": "alice", "project": "web", "roles": ["member"]}]}
 *       </pre>
 * </ul>
 *
 * User and project of the administrator are {@code admin}; names are ids, and all is in the default domain. An
 * administrator is a member too, a member is a reader too, as a fresh Keystone has it.
 *
 * <p>Both are read once, at the start. Tokens are compared by their digests, so how long an answer takes tells nothing
 * about a token.
 */
public final class TokenFiles implements Identity {
    /** Id of the administrator's project. */
    public static final String ADMINISTRATORS_PROJECT = "admin";

    private static final String ADMINISTRATOR = "admin";
    private static final String TOKEN_FILE = "token";
    private static final String CALLERS_FILE = "identity.json";
    private static final int TOKEN_BYTES = 32;
    private static final int MIN_TOKEN_CHARACTERS = 16;

    private final Map<String, Caller> callersByDigest;

    private TokenFiles(Map<String, Caller> callersByDigest) {
        this.callersByDigest = Map.copyOf(callersByDigest);
    }

    /**
     * Reads the files of a data directory, making the administrator's token when there is none.
     *
     * @throws IOException also when a file does not say what it should; the message names it
     */
    public static TokenFiles open(Path dataDirectory, SecureRandom random) throws IOException {
        Map<String, Caller> callers = new HashMap<>();
        Path callersFile = dataDirectory.resolve(CALLERS_FILE);
        if (Files.exists(callersFile)) {
            readCallers(callersFile, callers);
        }
        callers.put(
                TokenDigest.of(administratorsToken(dataDirectory.resolve(TOKEN_FILE), random)),
                caller(ADMINISTRATOR, ADMINISTRATORS_PROJECT, Set.of("admin")));
        return new TokenFiles(callers);
    }

    @Override
    public @Nullable Caller callerOf(Credentials credentials) {
        Caller caller = callersByDigest.get(TokenDigest.of(credentials.token()));
        if (caller == null) {
            return null;
        }
        return new Caller(
                caller.user(),
                caller.scope(),
                caller.roles(),
                serviceRoles(credentials.serviceToken()),
                new Token(credentials.token(), null));
    }

    private Set<String> serviceRoles(@Nullable String serviceToken) {
        Caller service =
                serviceToken == null ? null : callersByDigest.get(TokenDigest.of(serviceToken));
        return service == null ? Set.of() : service.roles();
    }

    private static Caller caller(String user, String project, Set<String> roles) {
        return Caller.inProject(user, project, ImpliedRoles.withImplied(roles));
    }

    private static String administratorsToken(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            byte[] token = new byte[TOKEN_BYTES];
            random.nextBytes(token);
            writePrivate(file, HexFormat.of().formatHex(token) + "\n");
        }
        String token = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (token.length() < MIN_TOKEN_CHARACTERS
                || !token.chars().allMatch(c -> c > 32 && c < 127)) {
            throw new IOException(
                    file
                            + ": a token is one line of at least "
                            + MIN_TOKEN_CHARACTERS
                            + " visible ASCII characters");
        }
        return token;
    }

    /** A crash while writing must not leave half a token: the file gets its name when it is complete. */
    private static void writePrivate(Path file, String content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(
                draft,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        Files.move(draft, file);
    }

    private static void readCallers(Path file, Map<String, Caller> into) throws IOException {
        JsonNode callers;
        try {
            callers =
                    new ObjectMapper()
                            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                            .readTree(Files.readString(file, StandardCharsets.UTF_8))
                            .path("callers");
        } catch (com.fasterxml.jackson.core.JsonProcessingException malformed) {
            throw new IOException(
                    file + ": not JSON: " + malformed.getOriginalMessage(), malformed);
        }
        if (!callers.isArray()) {
            throw new IOException(file + ": an object with the array \"callers\" was expected");
        }
        for (int i = 0; i < callers.size(); i++) {
            String place = file + ": callers[" + i + "]";
            JsonNode caller = callers.get(i);
            String digest = text(caller, "token_sha256", place);
            if (!digest.matches("[0-9a-f]{64}")) {
                throw new IOException(
                        place + ".token_sha256: 64 lower-case hexadecimal digits expected");
            }
            Set<String> roles = new HashSet<>();
            for (JsonNode role : caller.path("roles")) {
                roles.add(role.asText());
            }
            into.put(
                    digest,
                    caller(text(caller, "user", place), text(caller, "project", place), roles));
        }
    }

    private static String text(JsonNode caller, String field, String place) throws IOException {
        JsonNode value = caller.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw new IOException(place + "." + field + ": a text that is not empty was expected");
        }
        return value.asText();
    }
}
