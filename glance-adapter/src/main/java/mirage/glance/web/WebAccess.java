package mirage.glance.web;

import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads from the web what a filter lets it. A host's addresses are looked up once, looked at, and just these are
 * connected to: a name that means another address a moment later does not get around the filter. A redirection is
 * followed only to where the filter lets it. No proxy is used, whatever the environment names: it would look hosts up by
 * itself, and connect to what the filter never saw. Safe for use by many threads.
 */
public final class WebAccess implements AutoCloseable {
    private static final int MAX_REDIRECTIONS = 5;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private final WebFilter filter;
    private final Lookup lookup;
    private final HttpClient client;

    private WebAccess(WebFilter filter, Lookup lookup, HttpClient client) {
        this.filter = filter;
        this.lookup = lookup;
        this.client = client;
    }

    /** Finds the addresses of hosts. Safe for use by many threads. */
    @FunctionalInterface
    interface Lookup {
        /**
         * The addresses of a host, at least one. They know the host's name: certificates must be for it.
         *
         * @throws UnknownHostException when there is none
         */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    /** Makes a client, which is to be closed. It believes the certificates that the Java runtime does. */
    public static WebAccess through(WebFilter filter) {
        return through(filter, null);
    }

    /**
     * Makes a client, which is to be closed.
     *
     * @param authorities that certificates of servers must come from, null for those of the Java runtime
     */
    static WebAccess through(WebFilter filter, @Nullable KeyStore authorities) {
        return through(filter, authorities, InetAddress::getAllByName);
    }

    static WebAccess through(WebFilter filter, @Nullable KeyStore authorities, Lookup lookup) {
        HttpClient client = new HttpClient();
        if (authorities != null) {
            SslContextFactory.Client tls = new SslContextFactory.Client();
            tls.setTrustStore(authorities);
            client.setSslContextFactory(tls);
        }
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("web");
        threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("web-"));
        threads.setDaemon(true);
        client.setExecutor(threads);
        client.setFollowRedirects(false);
        client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
        client.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        client.setUserAgentField(null);
        // Each answer is read as it comes: what is unpacked on the way has another length and
        // another digest.
        client.getContentDecoderFactories().clear();
        client.setSocketAddressResolver(
                (host, port, context, promise) -> resolve(filter, lookup, host, port, promise));
        try {
            client.start();
        } catch (Exception failure) {
            throw new IllegalStateException("the HTTP client did not start", failure);
        }
        return new WebAccess(filter, lookup, client);
    }

    /**
     * Lets an address pass that may be read from, with a host that exists now.
     *
     * @throws WebRefusedException when it may not
     */
    public URI require(String address) throws WebRefusedException {
        URI uri = filter.parse(address);
        String host = WebFilter.hostOf(uri);
        try {
            filter.requireAllowed(host, List.of(lookup.addressesOf(host)));
        } catch (UnknownHostException unknown) {
            throw new WebRefusedException(
                    "URI does not pass filtering: host " + host + " is unknown.");
        }
        return uri;
    }

    /**
     * Opens what an address has. What comes is not decoded.
     *
     * @param headers of the request, such as {@code Range}
     * @throws WebRefusedException when the address, or one that it redirects to, may not be read from
     * @throws IOException when it cannot be read or answers anything but 200 or 206
     */
    public WebContent open(String address, Map<String, String> headers) throws IOException {
        return open(HttpMethod.GET, address, headers);
    }

    /**
     * The size of what an address has, in bytes; null when its server does not say.
     *
     * @throws IOException as {@link #open}
     */
    public @Nullable Long sizeOf(String address) throws IOException {
        try (WebContent head = open(HttpMethod.HEAD, address, Map.of())) {
            return head.length();
        }
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("the HTTP client did not stop", failure);
        }
    }

    private WebContent open(HttpMethod method, String address, Map<String, String> headers)
            throws IOException {
        URI uri = require(address);
        for (int redirections = 0; redirections <= MAX_REDIRECTIONS; redirections++) {
            InputStreamResponseListener answer = new InputStreamResponseListener();
            Response response =
                    send(method, uri, redirections == 0 ? headers : onlyRange(headers), answer);
            int status = response.getStatus();
            String location = response.getHeaders().get("Location");
            if (status == 200 || status == 206) {
                long length = response.getHeaders().getLongField("Content-Length");
                return new WebContent(status, length < 0 ? null : length, answer.getInputStream());
            }
            answer.getInputStream().close();
            if (status / 100 != 3 || location == null) {
                throw new IOException(uri + " answered " + status);
            }
            uri = require(uri.resolve(location).toString());
        }
        throw new IOException(address + " redirects more than " + MAX_REDIRECTIONS + " times");
    }

    /** What is for the first server, such as a token, is not for one that it names. */
    private static Map<String, String> onlyRange(Map<String, String> headers) {
        String range = headers.get("Range");
        return range == null ? Map.of() : Map.of("Range", range);
    }

    private Response send(
            HttpMethod method,
            URI uri,
            Map<String, String> headers,
            InputStreamResponseListener answer)
            throws IOException {
        Request request = client.newRequest(uri).method(method);
        request.headers(fields -> headers.forEach(fields::put));
        request.send(answer);
        try {
            return answer.get(CONNECT_TIMEOUT.plus(IDLE_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            if (cause instanceof WebRefusedException refused) {
                throw refused;
            }
            throw new IOException(uri + " cannot be read: " + cause, cause);
        } catch (TimeoutException slow) {
            var unused = request.abort(slow);
            throw new IOException(uri + " does not answer", slow);
        } catch (InterruptedException interrupted) {
            var unused = request.abort(interrupted);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + uri, interrupted);
        }
    }

    /** Called for each new connection, with the host that it goes to. */
    private static void resolve(
            WebFilter filter,
            Lookup lookup,
            String host,
            int port,
            Promise<List<InetSocketAddress>> promise) {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (InetAddress address :
                    filter.requireAllowed(host, List.of(lookup.addressesOf(host)))) {
                addresses.add(new InetSocketAddress(address, port));
            }
            promise.succeeded(addresses);
        } catch (IOException refused) {
            promise.failed(refused);
        }
    }
}
