package mirage.facts.system;

import org.jspecify.annotations.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as configurations write it: {@code port}, {@code host:port}, {@code [ipv6]:port}.
 *
 * @param host empty for all addresses
 * @param port its number; 0 is none
 */
record Address(String host, String port) {
    private static final Pattern FORM =
            Pattern.compile(
                    "(?:(\\[[0-9a-fA-F:.%a-z]{2,60}]|[^\\[\\]:/ ]{1,255}):)?([1-9][0-9]{0,4})");

    /** Null when it is none of these forms. */
    static @Nullable Address parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String host = parts.group(1);
        return new Address(host == null || host.equals("*") ? "" : host, parts.group(2));
    }
}
