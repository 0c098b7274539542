package mirage.glance.patch;

import mirage.glance.http.HttpFailure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The part of RFC 6901 that Glance takes: begins with a slash, has no empty token, escapes are ~0 and ~1. */
final class JsonPointer {
    private static final Pattern BAD_ESCAPE = Pattern.compile("~(?![01])");

    private JsonPointer() {}

    /**
     * The tokens of a pointer.
     *
     * @throws HttpFailure 400 when it is none
     */
    static List<String> tokens(String pointer) {
        if (!pointer.startsWith("/")) {
            throw HttpFailure.badRequest("Pointer `" + pointer + "` does not start with \"/\".");
        }
        if (BAD_ESCAPE.matcher(pointer).find()) {
            throw HttpFailure.badRequest(
                    "Pointer `"
                            + pointer
                            + "` contains \"~\" not part of a recognized escape sequence.");
        }
        List<String> tokens = new ArrayList<>();
        for (String token : pointer.substring(1).split("/", -1)) {
            String decoded = token.replace("~1", "/").replace("~0", "~").strip();
            if (decoded.isEmpty()) {
                throw HttpFailure.badRequest("Pointer `" + pointer + "` has an empty token.");
            }
            tokens.add(decoded);
        }
        return tokens;
    }
}
