package mirage.glance.identity.keystone;

import org.jspecify.annotations.Nullable;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

import java.util.List;

/** Where the services of the cloud are, as the catalog of a token says. */
record Catalog(List<Entry> entries) {
    Catalog {
        entries = List.copyOf(entries);
    }

    static Catalog of(KeystoneToken token) {
        if (token.getCatalog() == null) {
            return new Catalog(List.of());
        }
        return new Catalog(
                token.getCatalog().stream()
                        .flatMap(service ->
                                service.getEndpoints().stream()
                                        .map(endpoint ->
                                                new Entry(
                                                        service.getType(),
                                                        endpoint.getIface().value(),
                                                        endpoint.getRegion(),
                                                        endpoint.getUrl().toString())))
                        .toList());
    }

    /**
     * The first endpoint that fits, without a slash at its end, null when none does.
     *
     * @param type of the service, such as {@code image}
     * @param interfaceName {@code public}, {@code internal} or {@code admin}
     * @param region null for any
     */
    @Nullable String endpoint(String type, String interfaceName, @Nullable String region) {
        for (Entry entry : entries) {
            if (entry.type().equals(type)
                    && entry.interfaceName().equals(interfaceName)
                    && (region == null || region.equals(entry.region()))) {
                String url = entry.url();
                return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
            }
        }
        return null;
    }

    record Entry(String type, String interfaceName, @Nullable String region, String url) {}
}
