package mirage.glance.deploy;

import mirage.deploy.ShelvedFile;
import mirage.glance.deploy.DeployMeters.Kind;
import mirage.glance.http.Exchange;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Answers with a file of the shelf, by RFC 9110: an ETag, one range, and the conditions on them. */
final class ShelvedAnswer {
    private final DeployMeters meters;

    ShelvedAnswer(DeployMeters meters) {
        this.meters = meters;
    }

    void give(Exchange exchange, ShelvedFile file, Kind kind) throws IOException {
        String tag = '"' + file.sha256() + '"';
        exchange.answerHeader("ETag", tag);
        exchange.answerHeader("Accept-Ranges", "bytes");
        if (names(exchange.header("If-None-Match"), tag)) {
            exchange.answerBare(304);
        } else if (exchange.method().equals("HEAD")) {
            exchange.answerHead(200, kind.mediaType(), file.length());
        } else {
            String condition = exchange.header("If-Range");
            boolean counts = condition == null || condition.strip().equals(tag);
            RequestedRange range =
                    RequestedRange.of(counts ? exchange.header("Range") : null, file.length());
            send(exchange, file, range, kind);
        }
    }

    /** Whether the agent found what it was given before to be damaged. */
    static boolean asksAnew(Exchange exchange) {
        String control = exchange.header("Cache-Control");
        return control != null && control.contains("no-cache");
    }

    private void send(
            Exchange exchange, ShelvedFile file, @Nullable RequestedRange range, Kind kind)
            throws IOException {
        long offset = range == null ? 0 : range.offset();
        long length = range == null ? file.length() : range.length();
        if (range != null) {
            exchange.answerHeader("Content-Range", range.contentRange(file.length()));
        }
        exchange.answerStream(
                range == null ? 200 : 206,
                kind.mediaType(),
                length,
                channel -> file.transferTo(offset, length, meters.counting(kind, channel)));
    }

    /** Compared weakly, as the header demands. */
    private static boolean names(@Nullable String header, String tag) {
        if (header == null) {
            return false;
        }
        for (String one : header.split(",")) {
            String named = one.strip();
            if (named.equals("*") || named.equals(tag) || named.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}
