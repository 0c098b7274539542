package mirage.glance.http;

import org.eclipse.jetty.http.HttpURI;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a request's path. They are cut before they are decoded and nothing is resolved: clients ask for
 * images by any name a person may give, so {@code ..} or a slash in it is a name like any other.
 */
final class RawPath {
    private RawPath() {}

    static List<String> segments(HttpURI uri) {
        String raw = uri.getPath();
        if (raw == null || raw.isEmpty() || raw.equals("/")) {
            return List.of();
        }
        List<String> segments = new ArrayList<>();
        for (String segment : raw.substring(raw.startsWith("/") ? 1 : 0).split("/", -1)) {
            segments.add(decoded(segment));
        }
        return segments;
    }

    /** What is no escape stays as it is; such a segment names nothing. */
    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return segment;
        }
    }
}
