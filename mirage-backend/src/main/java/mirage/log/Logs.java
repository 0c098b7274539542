package mirage.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;

import mirage.config.ConfigOption;
import mirage.config.Configuration;

import org.slf4j.LoggerFactory;

import java.util.Map;

/** The logs of the process, as the configuration has them. They go to standard error, a line for each event. */
public final class Logs {
    private static final String OURS = "mirage";
    private static final String JETTY_RESPONSE = "org.eclipse.jetty.server.Response";
    private static final String MARIADB_ERRORS = "org.mariadb.jdbc.message.server.ErrorPacket";

    /** Messages tell of what tenants sent: a control character in them must not begin a line or move a cursor. */
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%X{request_id:--} %X{user:--} %X{project:--}]"
                    + " %logger{24} %replace(%msg){'\\p{Cntrl}','?'}%n";

    private Logs() {}

    /**
     * Takes over from what logged so far.
     *
     * @param node name of this process among others
     */
    public static void configure(Configuration configuration, String node) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("stderr");
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder(configuration.get(LogOptions.FORMAT), node, context));
        stderr.start();
        root.addAppender(stderr);
        setLevels(configuration);
    }

    /** For commands whose output is a table: of what goes as it should nothing is told. */
    public static void warningsOnly() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(OURS).setLevel(Level.WARN);
    }

    /** Takes in the levels alone. */
    public static void setLevels(Configuration configuration) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLoggerList()
                .forEach(logger -> {
                    if (!logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME)) {
                        logger.setLevel(null);
                    }
                });
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        // Jetty warns, with a stack, of each client that goes away. The access log has them all.
        context.getLogger(JETTY_RESPONSE).setLevel(Level.ERROR);
        // MariaDB's driver warns of each statement that fails: of a name that is taken, of a
        // deadlock that is tried
        // again. What is not expected is thrown, and logged then.
        context.getLogger(MARIADB_ERRORS).setLevel(Level.ERROR);
        set(context, OURS, configuration.get(LogOptions.LEVEL));
        for (Map.Entry<String, LogOptions.Level> logger :
                configuration.get(LogOptions.LOGGER_LEVELS).entrySet()) {
            set(context, logger.getKey(), logger.getValue());
        }
    }

    /** Whether {@link #setLevels} is all that a change of an option needs. */
    public static boolean takesIn(ConfigOption<?> option) {
        return option == LogOptions.LEVEL || option == LogOptions.LOGGER_LEVELS;
    }

    private static void set(LoggerContext context, String logger, LogOptions.Level level) {
        context.getLogger(logger).setLevel(Level.toLevel(level.name()));
    }

    private static Encoder<ILoggingEvent> encoder(
            LogOptions.Format format, String node, LoggerContext context) {
        return switch (format) {
            case JSON -> started(new JsonLines(node), context);
            case TEXT -> {
                PatternLayoutEncoder text = new PatternLayoutEncoder();
                text.setPattern(PATTERN);
                yield started(text, context);
            }
        };
    }

    private static Encoder<ILoggingEvent> started(
            Encoder<ILoggingEvent> encoder, LoggerContext context) {
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }
}
