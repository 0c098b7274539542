package mirage.agent.wire;

import org.eclipse.jetty.http.HttpFields;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes an answer has: RFC 9110, section 14.4.
 *
 * @param first offset of the first
 * @param last offset of the last
 * @param whole length of all there is
 */
public record ContentRange(long first, long last, long whole) {
    private static final Pattern FORM =
            Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

    /**
     * Reads the header.
     *
     * @throws IOException when it is missing or not of that form
     */
    public static ContentRange of(HttpFields headers) throws IOException {
        String text = headers.get("Content-Range");
        Matcher form = FORM.matcher(text == null ? "" : text);
        if (!form.matches()) {
            throw new IOException("Content-Range: bytes FIRST-LAST/ALL expected, found " + text);
        }
        ContentRange range =
                new ContentRange(
                        Long.parseLong(form.group(1)),
                        Long.parseLong(form.group(2)),
                        Long.parseLong(form.group(3)));
        if (range.first > range.last || range.last >= range.whole) {
            throw new IOException(
                    "Content-Range: a range of what there is expected, found " + text);
        }
        return range;
    }
}
