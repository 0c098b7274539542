package mirage.glance.http;

import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;

import java.util.regex.Pattern;

/**
 * How the client reached the service.
 *
 * @param origin what links to the service begin with, such as {@code https://cloud/image}
 * @param remote address of the client
 */
record ClientView(String origin, String remote) {
    private static final Pattern PROTO = Pattern.compile("https?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._\\-:\\[\\]]{1,255}");
    private static final Pattern PREFIX = Pattern.compile("(?:/[A-Za-z0-9._~-]{1,64}){1,8}/?");
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Za-z._\\-:\\[\\]]{1,64}");

    /**
     * Looks at a request.
     *
     * @param believeProxy whether {@code X-Forwarded-Proto, -Host, -Prefix, -For} tell it, of each the first of several
     *     values; what does not look like one is passed over. They are those that oslo.middleware's HTTPProxyToWSGI
     *     reads.
     */
    static ClientView of(Request request, boolean believeProxy) {
        HttpURI uri = request.getHttpURI();
        String scheme = uri.getScheme();
        String authority =
                uri.getAuthority() != null
                        ? uri.getAuthority()
                        : Request.getServerName(request) + ":" + Request.getServerPort(request);
        String prefix = "";
        String remote = Request.getRemoteAddr(request);
        if (believeProxy) {
            scheme = forwarded(request, "X-Forwarded-Proto", PROTO, scheme);
            authority = forwarded(request, "X-Forwarded-Host", HOST, authority);
            prefix = withoutSlash(forwarded(request, "X-Forwarded-Prefix", PREFIX, ""));
            remote = forwarded(request, "X-Forwarded-For", ADDRESS, remote);
        }
        return new ClientView(scheme + "://" + authority + prefix, remote);
    }

    private static String withoutSlash(String prefix) {
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    private static String forwarded(
            Request request, String header, Pattern form, String otherwise) {
        String value = request.getHeaders().get(header);
        if (value == null) {
            return otherwise;
        }
        int comma = value.indexOf(',');
        String first = (comma < 0 ? value : value.substring(0, comma)).strip();
        return form.matcher(first).matches() ? first : otherwise;
    }
}
