package mirage.glance.api;

import mirage.glance.http.HttpFailure;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of an image that a download asks for: one range of the header Range or, from old clients, of the header
 * Content-Range, which in a request means the same.
 *
 * @param offset of the first byte
 * @param length in bytes, at least 1
 */
record ByteRange(long offset, long length) {
    /** 18 digits are within a long. */
    private static final Pattern RANGE =
            Pattern.compile("\\s*bytes\\s*=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    private static final Pattern CONTENT_RANGE =
            Pattern.compile("\\s*bytes\\s+(\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)\\s*");

    /**
     * The range that a request asks for.
     *
     * @param size of the whole image in bytes
     * @return null when it asks for all of it
     * @throws HttpFailure 400 for more than one range, 416 for one that is malformed or holds no byte of the image
     */
    static @Nullable ByteRange of(
            @Nullable String range, @Nullable String contentRange, long size) {
        if (range != null) {
            return ofRange(range, size);
        }
        return contentRange == null ? null : ofContentRange(contentRange, size);
    }

    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }

    private static ByteRange ofRange(String header, long size) {
        if (header.contains(",")) {
            throw HttpFailure.badRequest(
                    "Requests with multiple ranges are not supported. You may make multiple"
                            + " single-range requests instead.");
        }
        Matcher parts = RANGE.matcher(header);
        if (!parts.matches() || (parts.group(1).isEmpty() && parts.group(2).isEmpty())) {
            throw unsatisfiable("Invalid Range header.", size);
        }
        if (parts.group(1).isEmpty()) {
            long suffix = Math.min(Long.parseLong(parts.group(2)), size);
            return within(size - suffix, size - 1, size);
        }
        long first = Long.parseLong(parts.group(1));
        long last = parts.group(2).isEmpty() ? size - 1 : Long.parseLong(parts.group(2));
        return within(first, Math.min(last, size - 1), size);
    }

    private static ByteRange ofContentRange(String header, long size) {
        Matcher parts = CONTENT_RANGE.matcher(header);
        if (!parts.matches()) {
            throw unsatisfiable("Invalid Content-Range header.", size);
        }
        long last = Long.parseLong(parts.group(2));
        if (last >= size) {
            throw unsatisfiable("Invalid stop position in Content-Range header.", size);
        }
        return within(Long.parseLong(parts.group(1)), last, size);
    }

    private static ByteRange within(long first, long last, long size) {
        if (first >= size || last < first) {
            throw unsatisfiable(
                    "The range lies outside the image, which has " + size + " bytes.", size);
        }
        return new ByteRange(first, last - first + 1);
    }

    private static HttpFailure unsatisfiable(String why, long size) {
        return new HttpFailure(416, why, Map.of("Content-Range", "bytes */" + size));
    }
}
