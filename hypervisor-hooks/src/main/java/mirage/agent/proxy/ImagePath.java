package mirage.agent.proxy;

import mirage.catalog.ImageId;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request is for, as far as it matters here. */
sealed interface ImagePath {
    /** The record of an image. */
    record Record(ImageId image) implements ImagePath {}

    /** All bytes of an image. */
    record Bytes(ImageId image) implements ImagePath {}

    /** Something else. */
    record Other() implements ImagePath {}

    /** What makes a request for something else than the whole, or for it only if. */
    Set<String> CONDITIONS =
            Set.of("range", "if-match", "if-none-match", "if-range", "if-modified-since");

    Pattern FORM = Pattern.compile("/v2/images/([^/?]+)(/file)?");

    static ImagePath of(Exchange exchange) {
        Matcher form = FORM.matcher(exchange.target());
        if (!exchange.method().equals("GET")
                || !form.matches()
                || !ImageId.isValid(form.group(1))
                || exchange.headers().stream()
                        .anyMatch(field ->
                                CONDITIONS.contains(field.getName().toLowerCase(Locale.ROOT)))) {
            return new Other();
        }
        ImageId image = new ImageId(form.group(1));
        return form.group(2) == null ? new Record(image) : new Bytes(image);
    }
}
