package mirage.glance.identity.keystone;

import mirage.glance.identity.remote.Connection;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How to ask Keystone about tokens. The meaning of each is that of the option of the same name in the section
 * {@code [keystone_authtoken]} of OpenStack's services.
 *
 * @param user {@code auth_url}, {@code username}, {@code password}, {@code project_name} …
 * @param connection {@code cafile}, {@code insecure}, {@code http_connect_timeout}, {@code http_request_max_retries}
 * @param wwwAuthenticateUri where clients get tokens, for answers with status 401; null for {@code auth_url}
 * @param interfaceName which of Keystone's endpoints in the catalog is asked: {@code internal}, {@code public} or
 *     {@code admin}
 * @param regionName of that endpoint, null for the first of any region
 * @param serviceTokenRoles of which a service needs one so that a user's token that is over still counts
 * @param serviceTokenRolesRequired whether a service's token without one of them is as none
 * @param tokenCacheTime how long an answer of Keystone counts; zero or less for not at all
 */
public record KeystoneSettings(
        ServiceUser user,
        Connection connection,
        @Nullable String wwwAuthenticateUri,
        String interfaceName,
        @Nullable String regionName,
        Set<String> serviceTokenRoles,
        boolean serviceTokenRolesRequired,
        Duration tokenCacheTime) {
    public static final String DEFAULT_INTERFACE = "internal";
    public static final String DEFAULT_SERVICE_TOKEN_ROLE = "service";
    public static final Duration DEFAULT_TOKEN_CACHE_TIME = Duration.ofMinutes(5);

    public KeystoneSettings {
        if (!Set.of("internal", "public", "admin").contains(interfaceName)) {
            throw new IllegalArgumentException(
                    "interface: internal, public or admin expected, found " + interfaceName);
        }
        if (wwwAuthenticateUri != null && !wwwAuthenticateUri.matches("[\\x21\\x23-\\x7e]+")) {
            throw new IllegalArgumentException(
                    "www_authenticate_uri: a URI expected, found " + wwwAuthenticateUri);
        }
        serviceTokenRoles =
                serviceTokenRoles.stream()
                        .map(role -> role.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** Everything as OpenStack has it unless an operator says otherwise. */
    public static KeystoneSettings defaults(ServiceUser user) {
        return new KeystoneSettings(
                user,
                Connection.defaults(),
                null,
                DEFAULT_INTERFACE,
                null,
                Set.of(DEFAULT_SERVICE_TOKEN_ROLE),
                false,
                DEFAULT_TOKEN_CACHE_TIME);
    }
}
