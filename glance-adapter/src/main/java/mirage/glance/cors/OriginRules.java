package mirage.glance.cors;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What pages of an origin may do.
 *
 * @param allowsCredentials whether requests may carry cookies and the like; tokens in headers need it not
 * @param exposedHeaders headers of answers that a page may read, besides the simple ones
 * @param maxAgeSeconds how long a browser may remember what it was allowed, 0 for its own time
 * @param methods that a page may use
 * @param headers that a page may send, besides the simple ones
 */
public record OriginRules(
        boolean allowsCredentials,
        List<String> exposedHeaders,
        int maxAgeSeconds,
        Set<String> methods,
        List<String> headers) {
    private static final List<String> SIMPLE_HEADERS =
            List.of(
                    "Accept",
                    "Accept-Language",
                    "Content-Type",
                    "Cache-Control",
                    "Content-Language",
                    "Expires",
                    "Last-Modified",
                    "Pragma");

    public OriginRules {
        exposedHeaders = List.copyOf(exposedHeaders);
        methods = Set.copyOf(methods);
        headers = List.copyOf(headers);
    }

    /** Whether a page may send all of these headers. */
    boolean allows(List<String> asked) {
        Set<String> allowed = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        allowed.addAll(SIMPLE_HEADERS);
        allowed.addAll(headers);
        return allowed.containsAll(asked);
    }
}
