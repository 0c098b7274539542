package mirage.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.slf4j.event.KeyValuePair;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An event as a line of JSON, a flat object:
 *
 * <pre>
 *   {"time": "2026-01-02T03:04:05.678Z", "level": "INFO", "logger": "mirage.glance.access", "thread": "request-7",
 *    "node": "mirage-1", "message": "…", "request_id": "req-…", "user": "…", "project": "…",
 *    "method": "GET", … , "exception": "…"}
 * </pre>
 *
 * Facts that an event carries as key and value become members of their own, numbers as numbers. A fact cannot take the
 * place of a member that is there.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final JsonFactory json = new JsonFactory();
    private final String node;

    JsonLines(String node) {
        this.node = node;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("time", TIME.format(event.getInstant()));
        members.put("level", event.getLevel().toString());
        members.put("logger", event.getLoggerName());
        members.put("thread", event.getThreadName());
        members.put("node", node);
        members.put("message", String.valueOf(event.getFormattedMessage()));
        event.getMDCPropertyMap().forEach(members::putIfAbsent);
        List<KeyValuePair> facts = event.getKeyValuePairs();
        if (facts != null) {
            facts.forEach(
                    fact -> members.putIfAbsent(fact.key, fact.value == null ? "" : fact.value));
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            members.put("exception", ThrowableProxyUtil.asString(thrown));
        }
        return written(members);
    }

    private byte[] written(Map<String, Object> members) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = json.createGenerator(line)) {
            generator.writeStartObject();
            for (Map.Entry<String, Object> member : members.entrySet()) {
                generator.writeFieldName(member.getKey());
                switch (member.getValue()) {
                    case Long number -> generator.writeNumber(number);
                    case Integer number -> generator.writeNumber(number);
                    case Boolean flag -> generator.writeBoolean(flag);
                    case Object other -> generator.writeString(other.toString());
                }
            }
            generator.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory takes every byte", impossible);
        }
        line.write('\n');
        return line.toByteArray();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
