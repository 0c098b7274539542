package mirage.agent.proxy;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Addresses of the image service in its answers. It is called by its own name, so that is what it makes them of, unless it
 * believes the headers that proxies write. Whoever follows one should come by the agent again.
 */
final class Links {
    /** What tells versions of the API by their addresses; everything else tells paths. */
    private static final Set<String> VERSIONS = Set.of("/", "/versions", "/versions/");

    private static final String FORWARDED_HOST = "X-Forwarded-Host";
    private static final String FORWARDED_PROTO = "X-Forwarded-Proto";

    private final String service;
    private final String agent;

    private Links(String service, String agent) {
        this.service = service;
        this.agent = agent;
    }

    /** Those of a service in answers to a request, null when the request does not say how the agent is called. */
    static @Nullable Links of(URI service, HttpFields request) {
        String host = request.get(HttpHeader.HOST);
        return host == null
                ? null
                : new Links(
                        service.getScheme() + "://" + service.getRawAuthority(), "http://" + host);
    }

    /** The headers of a request, with how its client calls the agent, unless a proxy before has told that. */
    static HttpFields told(HttpFields request) {
        String host = request.get(HttpHeader.HOST);
        return host == null || request.contains(FORWARDED_HOST)
                ? request
                : HttpFields.build(request).put(FORWARDED_HOST, host).put(FORWARDED_PROTO, "http");
    }

    /** Whether the body of an answer has some. */
    static boolean areIn(String target) {
        return VERSIONS.contains(target);
    }

    /** The headers of an answer, for the client. */
    HttpFields shown(HttpFields answer) {
        HttpField location = answer.getField(HttpHeader.LOCATION);
        return location == null || !location.getValue().startsWith(service + "/")
                ? answer
                : HttpFields.build(answer)
                        .put(
                                HttpHeader.LOCATION,
                                agent + location.getValue().substring(service.length()));
    }

    /** The body of an answer that has some, for the client. */
    byte[] shown(byte[] body) {
        return new String(body, StandardCharsets.UTF_8)
                .replace('"' + service + "/", '"' + agent + "/")
                .getBytes(StandardCharsets.UTF_8);
    }
}
