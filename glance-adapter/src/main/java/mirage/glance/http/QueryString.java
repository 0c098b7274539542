package mirage.glance.http;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The parameters of a request's query, in their order, repeats and all. */
public record QueryString(List<Parameter> parameters) {
    public QueryString {
        parameters = List.copyOf(parameters);
    }

    /** A name with a value, both decoded. */
    public record Parameter(String name, String value) {}

    /**
     * Reads the part of a URI behind the question mark.
     *
     * @param raw null for a URI without that part
     * @throws HttpFailure 400 for escapes that are none
     */
    public static QueryString parse(@Nullable String raw) {
        List<Parameter> parameters = new ArrayList<>();
        for (String part : raw == null ? new String[0] : raw.split("&")) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            parameters.add(new Parameter(decoded(name), decoded(value)));
        }
        return new QueryString(parameters);
    }

    /** The last value of that name, null when there is none. */
    public @Nullable String last(String name) {
        String found = null;
        for (Parameter parameter : parameters) {
            if (parameter.name().equals(name)) {
                found = parameter.value();
            }
        }
        return found;
    }

    public List<String> all(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .toList();
    }

    /** Without the parameters of that name. */
    public QueryString without(String name) {
        return new QueryString(
                parameters.stream().filter(parameter -> !parameter.name().equals(name)).toList());
    }

    /** With one parameter more, at the end. */
    public QueryString with(String name, String value) {
        List<Parameter> more = new ArrayList<>(parameters);
        more.add(new Parameter(name, value));
        return new QueryString(more);
    }

    /** That path with these parameters. */
    public String after(String path) {
        return parameters.isEmpty()
                ? path
                : path
                        + "?"
                        + parameters.stream()
                                .map(parameter ->
                                        encoded(parameter.name())
                                                + "="
                                                + encoded(parameter.value()))
                                .collect(Collectors.joining("&"));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw HttpFailure.badRequest("The query has an escape that is none: " + text);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
