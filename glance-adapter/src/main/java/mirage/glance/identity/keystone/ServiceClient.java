package mirage.glance.identity.keystone;

import mirage.glance.identity.remote.RemoteService;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;

/** Asks another service of the cloud with this service's own token. Safe for use by many threads. */
public final class ServiceClient implements AutoCloseable {
    private final RemoteService remote;
    private final ServiceSession session;
    private final KeystoneSettings settings;
    private final String type;
    private final @Nullable URI endpoint;

    private ServiceClient(
            RemoteService remote,
            ServiceSession session,
            KeystoneSettings settings,
            String type,
            @Nullable URI endpoint) {
        this.remote = remote;
        this.session = session;
        this.settings = settings;
        this.type = type;
        this.endpoint = endpoint;
    }

    /**
     * Asks nobody yet.
     *
     * @param type of the service in the catalog, such as {@code key-manager}
     * @param endpoint where it is, null for where the catalog says
     * @throws IOException when the file of authorities cannot be used
     */
    public static ServiceClient open(
            KeystoneSettings settings, String type, @Nullable URI endpoint, InstantSource clock)
            throws IOException {
        RemoteService remote = RemoteService.over(settings.connection());
        ServiceSession session =
                new ServiceSession(
                        new Connector(remote),
                        settings.user(),
                        settings.interfaceName(),
                        settings.regionName(),
                        clock);
        return new ServiceClient(remote, session, settings, type, endpoint);
    }

    /**
     * Gets something; a refused token is replaced once.
     *
     * @param path behind the endpoint, beginning with a slash
     * @param accept the media type that is asked for
     * @return the answer, whatever the status
     * @throws IOException when there is no answer or no token
     */
    public HttpResponse<byte[]> get(String path, String accept) throws IOException {
        String token = session.token();
        HttpResponse<byte[]> answer = get(path, accept, token);
        if (answer.statusCode() != 401) {
            return answer;
        }
        session.refused(token);
        return get(path, accept, session.token());
    }

    private HttpResponse<byte[]> get(String path, String accept, String token) throws IOException {
        return remote.send(
                HttpRequest.newBuilder(URI.create(base() + path))
                        .header("X-Auth-Token", token)
                        .header("Accept", accept)
                        .build());
    }

    private String base() throws IOException {
        if (endpoint != null) {
            return endpoint.toString();
        }
        String found =
                session.catalog().endpoint(type, settings.interfaceName(), settings.regionName());
        if (found == null) {
            throw new IOException("the catalog has no service of type " + type);
        }
        return found.endsWith("/") ? found.substring(0, found.length() - 1) : found;
    }

    @Override
    public void close() {
        remote.close();
    }
}
