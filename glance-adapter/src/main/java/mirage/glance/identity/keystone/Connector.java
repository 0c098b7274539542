package mirage.glance.identity.keystone;

import mirage.glance.identity.remote.RemoteService;

import org.openstack4j.api.exceptions.ConnectionException;
import org.openstack4j.core.transport.HttpExecutorService;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpResponse;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;

/**
 * OpenStack4j's requests over the JDK's client. OpenStack4j's own connector for OkHttp makes a client with a pool of
 * connections for every request, cannot be given authorities on a Java newer than 8, and logs in again by itself with
 * whatever session the thread had.
 */
final class Connector implements HttpExecutorService {
    private final RemoteService remote;

    Connector(RemoteService remote) {
        this.remote = remote;
    }

    /**
     * Sends a request whose body, when it has one, was given as JSON.
     *
     * @throws ConnectionException when there is no answer; its cause is an IOException
     */
    @Override
    public <R> HttpResponse execute(HttpRequest<R> request) {
        java.net.http.HttpRequest.Builder builder =
                java.net.http.HttpRequest.newBuilder(URI.create(request.getUrl()))
                        .header("Accept", "application/json")
                        .header("User-Agent", "mirage")
                        .method(
                                request.getMethod().name(),
                                request.hasJson()
                                        ? BodyPublishers.ofString(request.getJson())
                                        : BodyPublishers.noBody());
        if (request.hasJson()) {
            builder.header("Content-Type", request.getContentType());
        }
        request.getHeaders().forEach((name, value) -> builder.header(name, value.toString()));
        try {
            return new ConnectorResponse(remote.send(builder.build()));
        } catch (IOException failure) {
            throw new ConnectionException(failure.getMessage(), 0, failure);
        }
    }

    @Override
    public String getExecutorDisplayName() {
        return "java.net.http";
    }
}
