package mirage.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.config.ConfigSchema;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What comes out on standard error, for each form and level. */
final class LogsTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("mirage.test");

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() throws Exception {
        System.setErr(before);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Objects.requireNonNull(LogsTest.class.getResource("/logback-test.xml")));
    }

    private static Configuration configuration(String format, String level, String loggers)
            throws IOException {
        return new ConfigurationReader(
                        ConfigSchema.of(List.copyOf(LogOptions.GROUPS), List.of(), List.of()),
                        Map.of())
                .override(LogOptions.FORMAT, format, "test")
                .override(LogOptions.LEVEL, level, "test")
                .override(LogOptions.LOGGER_LEVELS, loggers, "test")
                .read();
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void linesOfJsonAreFlatObjects() throws IOException {
        Logs.configure(configuration("json", "info", ""), "node-1");
        try (LogContext.Scope _ = new LogContext("req-1", "alice", "web").open()) {
            LOG.atInfo()
                    .addKeyValue("status", 204)
                    .addKeyValue("bytes_in", 5_000_000_000L)
                    .addKeyValue("complete", true)
                    .addKeyValue("path", "/v2/\"images\"\n")
                    .addKeyValue("user", "mallory")
                    .log("done {}", "\u2028 \"quoted\"\r\n{\"level\":\"FATAL\"}");
        }
        LOG.error("failed", new IOException("the disk\nis full"));
        List<String> lines = lines();
        assertThat(lines).hasSize(2);
        JsonNode first = new ObjectMapper().readTree(lines.getFirst());
        assertThat(Instant.parse(first.path("time").asText()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(first.path("level").asText()).isEqualTo("INFO");
        assertThat(first.path("logger").asText()).isEqualTo("mirage.test");
        assertThat(first.path("node").asText()).isEqualTo("node-1");
        assertThat(first.path("request_id").asText()).isEqualTo("req-1");
        assertThat(first.path("user").asText()).as("cannot be replaced").isEqualTo("alice");
        assertThat(first.path("project").asText()).isEqualTo("web");
        assertThat(first.path("status").isInt()).isTrue();
        assertThat(first.path("bytes_in").asLong()).isEqualTo(5_000_000_000L);
        assertThat(first.path("complete").asBoolean()).isTrue();
        assertThat(first.path("path").asText()).isEqualTo("/v2/\"images\"\n");
        assertThat(first.path("message").asText())
                .isEqualTo("done \u2028 \"quoted\"\r\n{\"level\":\"FATAL\"}");
        JsonNode second = new ObjectMapper().readTree(lines.getLast());
        assertThat(second.has("user")).isFalse();
        assertThat(second.path("exception").asText())
                .startsWith("java.io.IOException: the disk")
                .contains("LogsTest");
    }

    @Test
    void aLineOfTextHasTheContextAndNoControlCharacters() throws IOException {
        Logs.configure(configuration("text", "info", ""), "node-1");
        try (LogContext.Scope _ = new LogContext("req-1", "alice", null).open()) {
            LOG.info("image {}", "a\nb\u001b[2J");
        }
        assertThat(lines())
                .singleElement()
                .asString()
                .matches("[0-9T:.+-]+Z? INFO  \\[req-1 alice -\\] mirage.test image a\\?b\\?\\[2J");
    }

    @Test
    void levelsCanChange() throws IOException {
        Logs.configure(configuration("text", "warn", "mirage.test.loud:debug"), "n");
        Logger loud = (Logger) LoggerFactory.getLogger("mirage.test.loud.deep");
        Logger foreign = (Logger) LoggerFactory.getLogger("org.example");
        assertThat(LOG.getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(loud.getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(foreign.getEffectiveLevel()).isEqualTo(Level.WARN);
        Logs.setLevels(configuration("text", "debug", "org.example:trace"));
        assertThat(LOG.getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(loud.getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(foreign.getEffectiveLevel()).isEqualTo(Level.TRACE);
        Logs.setLevels(configuration("text", "error", ""));
        assertThat(loud.getEffectiveLevel()).isEqualTo(Level.ERROR);
        assertThat(foreign.getEffectiveLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void theContextGoesAlongAndIsTakenBack() throws Exception {
        LogContext context = new LogContext("req-1", "alice", "web");
        LogContext[] seen = new LogContext[2];
        try (LogContext.Scope _ = context.open()) {
            LogContext taken = LogContext.current();
            Thread job =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (LogContext.Scope _ = taken.open()) {
                                    seen[0] = LogContext.current();
                                }
                                seen[1] = LogContext.current();
                            });
            job.join();
        }
        assertThat(seen[0]).isEqualTo(context);
        assertThat(seen[1]).isEqualTo(new LogContext(null, null, null));
        assertThat(LogContext.current()).isEqualTo(new LogContext(null, null, null));
    }
}
