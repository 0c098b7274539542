package mirage.glance.cors;

import mirage.glance.config.Configuration;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What pages of which origins may do.
 *
 * @param origins such as {@code https://horizon.example.com}, compared as written; {@code *} for all; none for off
 * @param allowsCredentials whether requests may carry cookies and the like; tokens in headers need it not
 * @param exposedHeaders headers of answers that a page may read, besides the simple ones
 * @param maxAgeSeconds how long a browser may remember what it was allowed, 0 for its own time
 * @param methods that a page may use
 * @param headers that a page may send, besides the simple ones
 */
public record CorsRules(
        Set<String> origins,
        boolean allowsCredentials,
        List<String> exposedHeaders,
        int maxAgeSeconds,
        Set<String> methods,
        List<String> headers) {
    private static final String ANY = "*";

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

    /** No page of another origin may do anything. */
    public static final CorsRules OFF =
            new CorsRules(Set.of(), false, List.of(), 0, Set.of(), List.of());

    public CorsRules {
        origins = Set.copyOf(origins);
        exposedHeaders = List.copyOf(exposedHeaders);
        methods = Set.copyOf(methods);
        headers = List.copyOf(headers);
    }

    /** As configured. */
    public static CorsRules from(Configuration configuration) {
        return new CorsRules(
                Set.copyOf(configuration.get(CorsOptions.ALLOWED_ORIGIN)),
                configuration.get(CorsOptions.ALLOW_CREDENTIALS),
                configuration.get(CorsOptions.EXPOSE_HEADERS),
                configuration.get(CorsOptions.MAX_AGE),
                Set.copyOf(configuration.get(CorsOptions.ALLOW_METHODS)),
                configuration.get(CorsOptions.ALLOW_HEADERS));
    }

    /** What an answer calls the origin of a request; null when its pages may do nothing. */
    @Nullable String nameOf(@Nullable String origin) {
        if (origin == null || origins.contains(origin)) {
            return origin;
        }
        return origins.contains(ANY) ? ANY : null;
    }

    /** Whether a page may send all of these headers. */
    boolean allows(List<String> asked) {
        Set<String> allowed = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        allowed.addAll(SIMPLE_HEADERS);
        allowed.addAll(headers);
        return allowed.containsAll(asked);
    }
}
