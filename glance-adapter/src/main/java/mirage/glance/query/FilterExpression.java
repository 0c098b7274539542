package mirage.glance.query;

import mirage.glance.http.HttpFailure;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The value of a filter: {@code operator:operand}, or just the operand, which means equality. What stands before a
 * colon and is no operator belongs to the operand.
 */
record FilterExpression(String operator, String operand) {
    private static final Set<String> OPERATORS =
            Set.of("in", "eq", "neq", "gt", "gte", "lt", "lte");

    static FilterExpression parse(String text) {
        int colon = text.indexOf(':');
        return colon > 0 && OPERATORS.contains(text.substring(0, colon))
                ? new FilterExpression(text.substring(0, colon), text.substring(colon + 1))
                : new FilterExpression("eq", text);
    }

    /**
     * The texts that this filter takes: one for {@code eq}, a list for {@code in}, in which a value with a comma stands
     * in double quotes.
     *
     * @throws HttpFailure 400 for another operator or quotes that do not close
     */
    Set<String> texts() {
        return switch (operator) {
            case "eq" -> Set.of(operand);
            case "in" -> listed();
            default ->
                    throw HttpFailure.badRequest(
                            "Unable to filter by unknown operator '" + operator + "'.");
        };
    }

    private Set<String> listed() {
        Set<String> values = new LinkedHashSet<>();
        int at = 0;
        while (at <= operand.length()) {
            int end;
            if (at < operand.length() && operand.charAt(at) == '"') {
                StringBuilder value = new StringBuilder();
                end = readQuoted(at, value);
                values.add(value.toString());
            } else {
                end = operand.indexOf(',', at);
                end = end < 0 ? operand.length() : end;
                String value = operand.substring(at, end);
                if (value.contains("\"")) {
                    throw badQuotes("There is no comma before opening quotation mark.");
                }
                values.add(value);
            }
            at = end + 1;
        }
        return values;
    }

    /** Reads from the quotation mark at {@code start}; returns where the comma behind the value is, or the end. */
    private int readQuoted(int start, StringBuilder into) {
        for (int i = start + 1; i < operand.length(); i++) {
            char c = operand.charAt(i);
            if (c == '\\' && i + 1 < operand.length()) {
                into.append(operand.charAt(++i));
            } else if (c == '"') {
                if (i + 1 < operand.length() && operand.charAt(i + 1) != ',') {
                    throw badQuotes("There is no comma after closing quotation mark.");
                }
                return i + 1;
            } else {
                into.append(c);
            }
        }
        throw badQuotes("The quote is not closed.");
    }

    private HttpFailure badQuotes(String why) {
        return HttpFailure.badRequest("Invalid filter value " + operand + ". " + why);
    }

    /**
     * The operand as a time of whole seconds, which is what clients see of times.
     *
     * @throws HttpFailure 400 when it is none
     */
    Instant second(String filter) {
        try {
            if (!operand.contains("T") && !operand.contains(" ")) {
                return LocalDate.parse(operand).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            String text = operand.replace(' ', 'T');
            boolean zoned = text.matches(".*T.*(Z|[+-]\\d\\d(:\\d\\d)?)");
            Instant time =
                    zoned
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            return Instant.ofEpochSecond(time.getEpochSecond());
        } catch (DateTimeException malformed) {
            throw HttpFailure.badRequest(
                    "Bad \"" + filter + "\" query filter format. Use ISO 8601 DateTime notation.");
        }
    }

    /** One step of time as clients see it. */
    static final Duration SECOND = Duration.ofSeconds(1);
}
