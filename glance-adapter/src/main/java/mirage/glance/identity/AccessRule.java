package mirage.glance.identity;

/**
 * One request that the token of an application credential may be used for.
 *
 * @param service type of the service, such as {@code image}
 * @param method of HTTP
 * @param path where <code>*</code> and <code>{name}</code> stand for one segment or a part of one, and <code>**</code> for
 *     anything
 */
public record AccessRule(String service, String method, String path) {
    /** Whether a request to a service is this one. The path is as it was sent, without the query. */
    public boolean permits(String requestedService, String requestedMethod, String requestedPath) {
        return service.equals(requestedService)
                && method.equals(requestedMethod)
                && matches(requestedPath);
    }

    /**
     * Goes through the pattern once, keeping all the places of the text where a match of the part so far can end: users
     * make rules, and going back and forth between many {@code **} could be made to take for ever.
     */
    private boolean matches(String text) {
        boolean[] ends = new boolean[text.length() + 1];
        ends[0] = true;
        int i = 0;
        while (i < path.length()) {
            int close = path.charAt(i) == '{' ? path.indexOf('}', i) : -1;
            if (path.startsWith("**", i)) {
                ends = afterAnything(ends);
                i += 2;
            } else if (path.charAt(i) == '*' || close > 0) {
                ends = afterSegmentPart(ends, text);
                i = close > 0 ? close + 1 : i + 1;
            } else {
                ends = afterCharacter(ends, text, path.charAt(i));
                i++;
            }
        }
        return ends[text.length()];
    }

    private static boolean[] afterCharacter(boolean[] ends, String text, char expected) {
        boolean[] next = new boolean[ends.length];
        for (int at = 0; at < text.length(); at++) {
            next[at + 1] = ends[at] && text.charAt(at) == expected;
        }
        return next;
    }

    private static boolean[] afterSegmentPart(boolean[] ends, String text) {
        boolean[] next = new boolean[ends.length];
        for (int at = 0; at < text.length(); at++) {
            next[at + 1] = (ends[at] || next[at]) && text.charAt(at) != '/';
        }
        return next;
    }

    private static boolean[] afterAnything(boolean[] ends) {
        boolean[] next = ends.clone();
        for (int at = 1; at < next.length; at++) {
            next[at] |= next[at - 1];
        }
        return next;
    }
}
