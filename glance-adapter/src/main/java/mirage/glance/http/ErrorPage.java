package mirage.glance.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * The body of an answer of status 400 and above, in the form that Glance gives it. Clients depend on which form comes
 * when: glanceclient dies on a flat JSON object that it did not ask for, and tempest compares the content type with a
 * fixed list as a whole text.
 *
 * @param contentType of the body
 */
record ErrorPage(String contentType, String body) {
    /**
     * The page for a client.
     *
     * @param accept the request's header, null when it has none
     */
    static ErrorPage of(int status, String message, @Nullable String accept) {
        String title = HttpStatus.getMessage(status);
        return switch (Form.wantedBy(accept)) {
            case JSON ->
                    new ErrorPage(
                            "application/json",
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("message", message)
                                    .put("code", status + " " + title)
                                    .put("title", title)
                                    .toString());
            case HTML ->
                    new ErrorPage(
                            "text/html; charset=UTF-8",
                            "<html>\n <head>\n  <title>"
                                    + status
                                    + " "
                                    + title
                                    + "</title>\n </head>\n <body>\n  <h1>"
                                    + status
                                    + " "
                                    + title
                                    + "</h1>\n  "
                                    + escaped(message)
                                    + "<br /><br />\n\n\n\n </body>\n</html>");
            case TEXT ->
                    new ErrorPage(
                            "text/plain; charset=UTF-8",
                            status + " " + title + "\n\n" + message + "\n\n   ");
        };
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private enum Form {
        JSON,
        HTML,
        TEXT;

        /** JSON only for who names it, HTML also for who takes anything, text for all others. */
        static Form wantedBy(@Nullable String accept) {
            double json = 0;
            double html = 0;
            for (String range : accept == null ? new String[0] : accept.split(",")) {
                String[] parts = range.split(";");
                switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
                    case "application/json" -> json = Math.max(json, quality(parts));
                    case "text/html", "text/*", "*/*" -> html = Math.max(html, quality(parts));
                    default -> {}
                }
            }
            if (json > 0 && json >= html) {
                return JSON;
            }
            return html > 0 ? HTML : TEXT;
        }

        private static double quality(String[] parts) {
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip();
                if (parameter.startsWith("q=")) {
                    try {
                        return Double.parseDouble(parameter.substring(2));
                    } catch (NumberFormatException malformed) {
                        return 0;
                    }
                }
            }
            return 1;
        }
    }
}
