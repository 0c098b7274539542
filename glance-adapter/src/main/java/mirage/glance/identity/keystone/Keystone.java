package mirage.glance.identity.keystone;

import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.glance.identity.Identity;
import mirage.glance.identity.remote.RemoteService;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.InstantSource;

/** A cloud's Keystone: who its callers are, and where its services are. Safe for use by many threads. */
public final class Keystone implements AutoCloseable {
    private final RemoteService remote;
    private final ServiceSession session;
    private final KeystoneIdentity identity;

    private Keystone(RemoteService remote, ServiceSession session, KeystoneIdentity identity) {
        this.remote = remote;
        this.session = session;
        this.identity = identity;
    }

    /**
     * Does not ask Keystone yet: this service may start before it.
     *
     * @throws IOException when the file of authorities cannot be used
     */
    public static Keystone open(KeystoneSettings settings, InstantSource clock) throws IOException {
        RemoteService remote = RemoteService.over(settings.connection());
        ServiceSession session =
                new ServiceSession(
                        new Connector(remote),
                        settings.user(),
                        settings.interfaceName(),
                        settings.regionName(),
                        clock);
        return new Keystone(remote, session, new KeystoneIdentity(session, settings, clock));
    }

    public Identity identity() {
        return identity;
    }

    /** What is measured: the cache of tokens. */
    public MeterBinder meters() {
        return identity.meters();
    }

    /**
     * Where a service is, such as the image service of another region.
     *
     * @param type of the service, such as {@code image}
     * @param interfaceName {@code public}, {@code internal} or {@code admin}
     * @param region null for any
     * @return without a slash at its end, null when the catalog has none
     * @throws IOException when Keystone cannot be asked
     */
    public @Nullable String endpoint(String type, String interfaceName, @Nullable String region)
            throws IOException {
        return session.catalog().endpoint(type, interfaceName, region);
    }

    @Override
    public void close() {
        remote.close();
    }
}
