package mirage.agent.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.deploy.Caller;
import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ImageService;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The agent as a caller. A token of Keystone's (Identity API v3, "Password authentication with scoped authorization") is
 * kept until shortly before it ends, which is told by Keystone's own two times and measured by a clock that nobody sets.
 */
final class OwnCaller implements AutoCloseable {
    private static final int MAX_TOKEN_BYTES = 64 * 1024;
    private static final int MAX_ANSWER_BYTES = 4 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BEFORE_THE_END = Duration.ofMinutes(2);
    private static final Duration LEAST = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Account account;
    private final @Nullable ImageService keystone;
    private final LongSupplier nanos;
    private @Nullable String token;
    private long tokenEnd;

    private OwnCaller(Account account, @Nullable ImageService keystone, LongSupplier nanos) {
        this.account = account;
        this.keystone = keystone;
        this.nanos = nanos;
    }

    /** Asks for nothing yet. */
    static OwnCaller of(Account account, @Nullable Path authorities, LongSupplier nanos)
            throws IOException {
        return new OwnCaller(
                account,
                account instanceof Account.Login login
                        ? ImageService.at(login.keystone(), authorities)
                        : null,
                nanos);
    }

    /**
     * The caller, with a token that is good for a while.
     *
     * @throws IOException when there is none to be had
     */
    synchronized Caller get() throws IOException {
        if (account instanceof Account.Login login && keystone != null) {
            String known = token;
            if (known == null || nanos.getAsLong() - tokenEnd >= 0) {
                known = login(login, keystone);
                token = known;
            }
            return Caller.withToken(known);
        }
        return Caller.withToken(fromFile(((Account.TokenFile) account).file()));
    }

    /** The service did not take the token: the next one is a new one. */
    synchronized void forget() {
        token = null;
    }

    private static String fromFile(Path file) throws IOException {
        if (Files.size(file) > MAX_TOKEN_BYTES) {
            throw new IOException(file + ": a token expected");
        }
        return Files.readString(file).strip();
    }

    private String login(Account.Login login, ImageService service) throws IOException {
        byte[] body = JSON.writeValueAsBytes(request(login));
        String path = service.address().getRawPath();
        String target = path != null && path.endsWith("/v3") ? "/auth/tokens" : "/v3/auth/tokens";
        HttpFields headers =
                HttpFields.build()
                        .put(service.hostField())
                        .put(HttpHeader.CONTENT_TYPE, "application/json")
                        .put(HttpHeader.ACCEPT, "application/json")
                        .put(HttpHeader.CONTENT_LENGTH, body.length);
        Asked asked =
                new Asked(
                        "POST",
                        target,
                        headers,
                        new ByteBufferContentSource(ByteBuffer.wrap(body)),
                        PATIENCE);
        long now = nanos.getAsLong();
        try (Answer answer = service.send(asked)) {
            String given = answer.headers().get("X-Subject-Token");
            if (answer.status() != 201 || given == null) {
                throw new IOException(login + ": Keystone answers " + answer.status());
            }
            tokenEnd = now + lifetime(JSON.readTree(answer.small(MAX_ANSWER_BYTES))).toNanos();
            return given;
        }
    }

    private static Duration lifetime(JsonNode answer) throws IOException {
        JsonNode given = answer.path("token");
        try {
            Duration whole =
                    Duration.between(
                            Instant.parse(given.path("issued_at").asText()),
                            Instant.parse(given.path("expires_at").asText()));
            Duration useful = whole.minus(BEFORE_THE_END);
            return useful.compareTo(LEAST) < 0 ? LEAST : useful;
        } catch (DateTimeException | ArithmeticException unclear) {
            throw new IOException("times of a token expected of Keystone: " + unclear.getMessage());
        }
    }

    private static ObjectNode request(Account.Login login) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode auth = root.putObject("auth");
        ObjectNode identity = auth.putObject("identity");
        identity.putArray("methods").add("password");
        ObjectNode user = identity.putObject("password").putObject("user");
        user.put("name", login.user()).put("password", login.password());
        user.putObject("domain").put("name", login.userDomain());
        ObjectNode project = auth.putObject("scope").putObject("project");
        project.put("name", login.project()).putObject("domain").put("name", login.projectDomain());
        return root;
    }

    @Override
    public void close() throws IOException {
        if (keystone != null) {
            keystone.close();
        }
    }
}
