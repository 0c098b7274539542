package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The right side of a check: text with places for attributes of the target, as in {@code %(project_id)s}. A percent sign
 * itself is written twice.
 */
sealed interface Template {
    /**
     * The text for a target, null when the target lacks an attribute that is asked for. An attribute that is there
     * without a value reads {@code None}, as in Python.
     */
    @Nullable String textFor(PolicyTarget target);

    /** Text without places. */
    record Fixed(String text) implements Template {
        @Override
        public String textFor(PolicyTarget target) {
            return text;
        }
    }

    /** One place and nothing else, the usual case: costs no allocation. */
    record Attribute(String name) implements Template {
        @Override
        public @Nullable String textFor(PolicyTarget target) {
            String value = target.get(name);
            return value == null && target.has(name) ? "None" : value;
        }
    }

    /** Several parts, one after the other. */
    record Joined(List<Template> parts) implements Template {
        public Joined {
            parts = List.copyOf(parts);
        }

        @Override
        public @Nullable String textFor(PolicyTarget target) {
            StringBuilder text = new StringBuilder();
            for (Template part : parts) {
                String value = part.textFor(target);
                if (value == null) {
                    return null;
                }
                text.append(value);
            }
            return text.toString();
        }
    }

    /** The same in lower case, as far as that is known before there is a target. */
    default Template lowerCased() {
        return this instanceof Fixed(String text) ? new Fixed(text.toLowerCase(Locale.ROOT)) : this;
    }

    static Template parse(String text) throws CheckSyntaxException {
        List<Template> parts = new ArrayList<>();
        StringBuilder fixed = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '%') {
                fixed.append(c);
                at++;
            } else if (text.startsWith("%%", at)) {
                fixed.append('%');
                at += 2;
            } else {
                int close = text.indexOf(")s", at);
                if (!text.startsWith("%(", at) || close < 0) {
                    throw new CheckSyntaxException(
                            "%(ATTRIBUTE)s expected, found " + text.substring(at));
                }
                if (!fixed.isEmpty()) {
                    parts.add(new Fixed(fixed.toString()));
                    fixed.setLength(0);
                }
                parts.add(new Attribute(text.substring(at + 2, close)));
                at = close + 2;
            }
        }
        if (!fixed.isEmpty() || parts.isEmpty()) {
            parts.add(new Fixed(fixed.toString()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Joined(parts);
    }
}
