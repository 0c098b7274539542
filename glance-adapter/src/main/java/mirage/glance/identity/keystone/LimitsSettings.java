package mirage.glance.identity.keystone;

import mirage.glance.identity.remote.Connection;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * How to ask Keystone about limits. The meaning of each is that of the option in the section {@code [oslo_limit]} of
 * OpenStack's services.
 *
 * @param user who may read the limits of all projects: by Keystone's default policy one with the role {@code reader} on
 *     the system ({@code system_scope = all})
 * @param endpointId id of this image service's endpoint in Keystone, by which limits find its service and its region;
 *     null for the service of type {@code image}, with limits that are for no region
 * @param interfaceName as in {@link KeystoneSettings}
 * @param regionName of Keystone's endpoint, null for the first of any region
 * @param cacheTime how long an answer counts
 */
public record LimitsSettings(
        ServiceUser user,
        Connection connection,
        @Nullable String endpointId,
        String interfaceName,
        @Nullable String regionName,
        Duration cacheTime) {
    public static final Duration DEFAULT_CACHE_TIME = Duration.ofSeconds(60);

    public static LimitsSettings defaults(ServiceUser user, @Nullable String endpointId) {
        return new LimitsSettings(
                user,
                Connection.defaults(),
                endpointId,
                KeystoneSettings.DEFAULT_INTERFACE,
                null,
                DEFAULT_CACHE_TIME);
    }
}
