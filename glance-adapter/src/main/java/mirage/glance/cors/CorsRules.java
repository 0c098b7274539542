package mirage.glance.cors;

import mirage.config.Configuration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What pages of which origins may do.
 *
 * @param byOrigin such as {@code https://horizon.example.com}, compared as written; {@code *} for those that are not
 *     named; none for off
 */
public record CorsRules(Map<String, OriginRules> byOrigin) {
    private static final Logger LOG = LoggerFactory.getLogger(CorsRules.class);
    private static final String ANY = "*";

    /** No page of another origin may do anything. */
    public static final CorsRules OFF = new CorsRules(Map.of());

    public CorsRules {
        byOrigin = Map.copyOf(byOrigin);
    }

    /**
     * What the pages of one origin may do.
     *
     * @param name what answers call the origin
     */
    record Allowed(String name, OriginRules rules) {}

    /** As configured. An origin that several sections name is the first one's: {@code [cors]}, then by their names. */
    public static CorsRules from(Configuration configuration) {
        Map<String, OriginRules> byOrigin = new HashMap<>();
        OriginRules common =
                new OriginRules(
                        configuration.get(CorsOptions.ALLOW_CREDENTIALS),
                        configuration.get(CorsOptions.EXPOSE_HEADERS),
                        configuration.get(CorsOptions.MAX_AGE),
                        Set.copyOf(configuration.get(CorsOptions.ALLOW_METHODS)),
                        configuration.get(CorsOptions.ALLOW_HEADERS));
        configuration.get(CorsOptions.ALLOWED_ORIGIN).forEach(name -> byOrigin.put(name, common));
        for (String section : configuration.sectionsOf(CorsOptions.MORE)) {
            addMore(byOrigin, configuration.in(section));
        }
        return new CorsRules(byOrigin);
    }

    private static void addMore(Map<String, OriginRules> byOrigin, Configuration section) {
        OriginRules rules =
                new OriginRules(
                        section.get(CorsOptions.MORE_ALLOW_CREDENTIALS),
                        section.get(CorsOptions.MORE_EXPOSE_HEADERS),
                        section.get(CorsOptions.MORE_MAX_AGE),
                        Set.copyOf(section.get(CorsOptions.MORE_ALLOW_METHODS)),
                        section.get(CorsOptions.MORE_ALLOW_HEADERS));
        for (String origin : section.get(CorsOptions.MORE_ALLOWED_ORIGIN)) {
            if (byOrigin.putIfAbsent(origin, rules) != null) {
                LOG.warn(
                        "{}: {} is allowed by another section already, whose settings count",
                        section.placeOf(CorsOptions.MORE_ALLOWED_ORIGIN),
                        origin);
            }
        }
    }

    /** What the pages of a request's origin may do; null for nothing. */
    @Nullable Allowed of(@Nullable String origin) {
        if (origin == null) {
            return null;
        }
        String name = byOrigin.containsKey(origin) ? origin : ANY;
        OriginRules rules = byOrigin.get(name);
        return rules == null ? null : new Allowed(name, rules);
    }
}
