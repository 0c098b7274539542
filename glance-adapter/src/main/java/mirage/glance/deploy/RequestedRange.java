package mirage.glance.deploy;

import mirage.glance.http.HttpFailure;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a file that a request asks for, by RFC 9110, section 14: one range. More than one, or what is none, is not
 * heard, and the whole is answered.
 *
 * @param offset of the first byte
 * @param length in bytes, at least 1
 */
record RequestedRange(long offset, long length) {
    private static final Pattern RANGE =
            Pattern.compile("(?i:bytes)=[ \\t]*([0-9]*)-([0-9]*)[ \\t]*");
    private static final int DIGITS_OF_A_LONG = 18;

    /**
     * The range that a header asks for.
     *
     * @param header null when there is none
     * @param size of the file in bytes
     * @return null when all of it is asked for
     * @throws HttpFailure 416 when the range has no byte of the file
     */
    static @Nullable RequestedRange of(@Nullable String header, long size) {
        Matcher parts = RANGE.matcher(header == null ? "" : header.strip());
        if (!parts.matches() || parts.group(1).isEmpty() && parts.group(2).isEmpty()) {
            return null;
        }
        if (parts.group(1).isEmpty()) {
            long suffix = Math.min(number(parts.group(2)), size);
            return within(size - suffix, size);
        }
        long first = number(parts.group(1));
        long last = parts.group(2).isEmpty() ? Long.MAX_VALUE : number(parts.group(2));
        if (last < first) {
            return null;
        }
        return within(first, last < size ? last + 1 : size);
    }

    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }

    private static RequestedRange within(long first, long end) {
        if (first >= end) {
            throw new HttpFailure(
                    416,
                    "The range begins behind the end, which is at " + end + ".",
                    Map.of("Content-Range", "bytes */" + end));
        }
        return new RequestedRange(first, end - first);
    }

    /** Digits; more than a long holds are as good as its greatest. */
    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > DIGITS_OF_A_LONG
                ? Long.MAX_VALUE
                : Long.parseLong(significant);
    }
}
