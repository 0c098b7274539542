package mirage.command;

import java.util.regex.Pattern;

/** Names, labels and warnings are hostile text: tenants and images write them, administrators' terminals show them. */
final class Printable {
    /** Control characters of both sets, what reorders text, and what ends a line. */
    private static final Pattern ACTIVE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /** One line that moves no cursor: what would, shows as a question mark. */
    static String of(String text) {
        return ACTIVE.matcher(text).replaceAll("?");
    }
}
