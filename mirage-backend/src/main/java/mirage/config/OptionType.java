package mirage.config;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the values of an option are, and how they are written.
 *
 * @param <T> the values
 */
public final class OptionType<T> {
    private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,19})\\s*([A-Za-z]*)");
    private static final Map<String, Long> BYTE_UNITS =
            Map.ofEntries(
                    Map.entry("", 1L),
                    Map.entry("B", 1L),
                    Map.entry("kB", 1_000L),
                    Map.entry("MB", 1_000_000L),
                    Map.entry("GB", 1_000_000_000L),
                    Map.entry("TB", 1_000_000_000_000L),
                    Map.entry("PB", 1_000_000_000_000_000L),
                    Map.entry("KiB", 1L << 10),
                    Map.entry("MiB", 1L << 20),
                    Map.entry("GiB", 1L << 30),
                    Map.entry("TiB", 1L << 40),
                    Map.entry("PiB", 1L << 50));
    private static final Map<String, Long> UNIT_MILLIS =
            Map.of(
                    "ms",
                    1L,
                    "s",
                    1_000L,
                    "",
                    1_000L,
                    "m",
                    60_000L,
                    "h",
                    3_600_000L,
                    "d",
                    86_400_000L);

    private final String expected;
    private final boolean secret;
    private final Function<String, @Nullable T> reader;

    private OptionType(String expected, boolean secret, Function<String, @Nullable T> reader) {
        this.expected = expected;
        this.secret = secret;
        this.reader = reader;
    }

    /**
     * A type of one's own.
     *
     * @param expected what a value is, as it stands in "… expected": {@code "an absolute path"}
     * @param reader gives null, or throws IllegalArgumentException, for a text that is no such value
     */
    public static <T> OptionType<T> of(String expected, Function<String, @Nullable T> reader) {
        return new OptionType<>(expected, false, reader);
    }

    public static OptionType<String> text() {
        return of("a text", text -> text);
    }

    /** A text that is shown nowhere. It may also come from a file or a systemd credential: see {@link SecretSource}. */
    public static OptionType<Secret> secret() {
        return new OptionType<>("a secret", true, Secret::new);
    }

    public static OptionType<Boolean> flag() {
        return of(
                "true or false",
                text ->
                        switch (text.toLowerCase(Locale.ROOT)) {
                            case "true", "yes", "on", "1" -> true;
                            case "false", "no", "off", "0" -> false;
                            default -> null;
                        });
    }

    public static OptionType<Integer> integer(int least, int most) {
        return of(
                "an integer from " + least + " to " + most,
                text -> {
                    int value = Integer.parseInt(text);
                    return value < least || value > most ? null : value;
                });
    }

    /** A count of bytes, such as {@code 4096}, {@code 64 KiB} or {@code 1TiB}. */
    public static OptionType<Long> bytes(long least, long most) {
        return of(
                "bytes from "
                        + sizeText(least)
                        + " to "
                        + sizeText(most)
                        + " (units: kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, PiB)",
                text -> {
                    Long value = quantity(text, BYTE_UNITS);
                    return value == null || value < least || value > most ? null : value;
                });
    }

    /** A span of time, such as {@code 30}, which is seconds, {@code 500ms}, {@code 5m}, {@code 12h} or {@code 7d}. */
    public static OptionType<Duration> duration(Duration least, Duration most) {
        return of(
                "a time from "
                        + timeText(least)
                        + " to "
                        + timeText(most)
                        + " (units: ms, s, m, h, d; seconds without)",
                text -> {
                    Long millis = quantity(text, UNIT_MILLIS);
                    Duration value = millis == null ? null : Duration.ofMillis(millis);
                    return value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0
                            ? null
                            : value;
                });
    }

    /** An absolute URL of http or https with a host; a slash at its end is dropped. */
    public static OptionType<URI> httpUri() {
        return of(
                "http(s)://HOST[:PORT][/PATH]",
                text -> {
                    URI uri =
                            URI.create(
                                    text.endsWith("/")
                                            ? text.substring(0, text.length() - 1)
                                            : text);
                    String scheme = uri.getScheme();
                    boolean http = "http".equals(scheme) || "https".equals(scheme);
                    return http
                                    && uri.getHost() != null
                                    && uri.getRawQuery() == null
                                    && uri.getRawFragment() == null
                            ? uri
                            : null;
                });
    }

    /** Where to listen: {@code HOST:PORT}, a host of IPv6 in brackets, port 0 for a free one. Not resolved. */
    public static OptionType<InetSocketAddress> address() {
        return of("HOST:PORT", OptionType::address);
    }

    private static @Nullable InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        return host.isEmpty() || port < 0 || port > 65535
                ? null
                : InetSocketAddress.createUnresolved(host, port);
    }

    /** A path of this machine; a relative one begins where the program was started. */
    public static OptionType<Path> path() {
        return of("a path", text -> text.isEmpty() ? null : Path.of(text));
    }

    /** One of the constants of an enum, written in lower case. */
    public static <E extends Enum<E>> OptionType<E> choice(Class<E> constants) {
        Map<String, E> byName = new LinkedHashMap<>();
        for (E constant : constants.getEnumConstants()) {
            byName.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return of(
                String.join(" or ", byName.keySet()),
                text -> byName.get(text.toLowerCase(Locale.ROOT)));
    }

    /** One of these texts. */
    public static OptionType<String> oneOf(String... texts) {
        List<String> known = List.of(texts);
        return of(String.join(" or ", known), text -> known.contains(text) ? text : null);
    }

    /** Values divided by commas, with or without brackets around them: {@code [raw, qcow2]}. */
    public static <T> OptionType<List<T>> list(OptionType<T> items) {
        return new OptionType<>(
                "a list, each " + items.expected + ", divided by commas",
                items.secret,
                text -> {
                    List<T> values = new ArrayList<>();
                    for (String item : pieces(text, '[', ']')) {
                        values.add(items.parse(item));
                    }
                    return List.copyOf(values);
                });
    }

    /** Names with a value each, in their order: {@code fast:mirage, web:http}. A name comes once. */
    public static <T> OptionType<Map<String, T>> map(OptionType<T> values) {
        return new OptionType<>(
                "NAME:VALUE, divided by commas, each value " + values.expected,
                values.secret,
                text -> {
                    Map<String, T> entries = new LinkedHashMap<>();
                    for (String entry : pieces(text, '{', '}')) {
                        int colon = entry.indexOf(':');
                        String name = colon < 0 ? "" : entry.substring(0, colon).strip();
                        if (name.isEmpty() || entries.containsKey(name)) {
                            return null;
                        }
                        entries.put(name, values.parse(entry.substring(colon + 1).strip()));
                    }
                    return java.util.Collections.unmodifiableMap(entries);
                });
    }

    /** What a value is, as it stands in "… expected". */
    String expected() {
        return expected;
    }

    boolean isSecret() {
        return secret;
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException when the text is none
     */
    T parse(String text) {
        T value = reader.apply(text.strip());
        if (value == null) {
            throw new IllegalArgumentException(expected + " expected");
        }
        return value;
    }

    private static List<String> pieces(String text, char first, char last) {
        String inner = text;
        if (inner.length() > 1
                && inner.charAt(0) == first
                && inner.charAt(inner.length() - 1) == last) {
            inner = inner.substring(1, inner.length() - 1);
        }
        return Arrays.stream(inner.split(","))
                .map(String::strip)
                .filter(piece -> !piece.isEmpty())
                .toList();
    }

    private static @Nullable Long quantity(String text, Map<String, Long> units) {
        Matcher matcher = QUANTITY.matcher(text);
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            return null;
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException | NumberFormatException tooMany) {
            return null;
        }
    }

    private static String sizeText(long bytes) {
        return BYTE_UNITS.entrySet().stream()
                .filter(unit ->
                        unit.getKey().endsWith("iB") && bytes > 0 && bytes % unit.getValue() == 0)
                .max(Map.Entry.comparingByValue())
                .map(unit -> bytes / unit.getValue() + " " + unit.getKey())
                .orElse(String.valueOf(bytes));
    }

    private static String timeText(Duration time) {
        for (String unit : List.of("d", "h", "m", "s")) {
            long millis = java.util.Objects.requireNonNull(UNIT_MILLIS.get(unit));
            if (!time.isZero() && time.toMillis() % millis == 0) {
                return time.toMillis() / millis + unit;
            }
        }
        return time.isZero() ? "0" : time.toMillis() + "ms";
    }

    @Override
    public String toString() {
        return expected;
    }
}
