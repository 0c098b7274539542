package mirage.glance.identity.keystone;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.identity.remote.ConnectionOptions;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Options of Keystone: the sections {@code [keystone_authtoken]} and {@code [oslo_limit]} of OpenStack's services. */
public final class KeystoneOptions {
    private static final String TOKENS = "keystone_authtoken";
    private static final String LIMITS = "oslo_limit";

    private static final LoginOptions TOKENS_LOGIN = new LoginOptions(TOKENS);
    private static final ConnectionOptions TOKENS_CONNECTION = new ConnectionOptions(TOKENS);
    private static final LoginOptions LIMITS_LOGIN = new LoginOptions(LIMITS);
    private static final ConnectionOptions LIMITS_CONNECTION = new ConnectionOptions(LIMITS);

    private static final ConfigOption<Optional<URI>> WWW_AUTHENTICATE_URI =
            ConfigOption.optional(
                            TOKENS,
                            "www_authenticate_uri",
                            OptionType.httpUri(),
                            """
                            Where clients get tokens: said in the header WWW-Authenticate of every answer with status
                            401. Left out: auth_url, which clients may not reach.
                            """)
                    .example("https://cloud.example.org:5000");

    private static final ConfigOption<Duration> TOKEN_CACHE_TIME =
            ConfigOption.of(
                    TOKENS,
                    "token_cache_time",
                    OptionType.duration(Duration.ZERO, Duration.ofDays(1)),
                    "300",
                    """
                    How long what Keystone said of a token counts without asking again. For so long a token goes on that
                    was revoked; a token that was not seen for so long costs a question. 0 for no cache.
                    """);

    private static final ConfigOption<List<String>> SERVICE_TOKEN_ROLES =
            ConfigOption.of(
                    TOKENS,
                    "service_token_roles",
                    OptionType.list(OptionType.text()),
                    "service",
                    """
                    Roles of which a service needs one (header X-Service-Token) so that a user's token that is over
                    still counts: long work such as a snapshot ends after its token.
                    """);

    private static final ConfigOption<Boolean> SERVICE_TOKEN_ROLES_REQUIRED =
            ConfigOption.of(
                    TOKENS,
                    "service_token_roles_required",
                    OptionType.flag(),
                    "false",
                    """
                    Whether a service's token without one of these roles is as none. Recommended; off by default as in
                    OpenStack's services.
                    """);

    private static final ConfigOption<String> TOKENS_INTERFACE = interfaceOf(TOKENS);
    private static final ConfigOption<Optional<String>> TOKENS_REGION = regionOf(TOKENS);

    private static final ConfigOption<Optional<String>> ENDPOINT_ID =
            ConfigOption.optional(
                    LIMITS,
                    "endpoint_id",
                    OptionType.text(),
                    """
                    Id of this image service's endpoint in Keystone (openstack endpoint list --service image): limits
                    are those of its service and region. Left out: those of the one service of type image that are for
                    no region.
                    """);

    private static final ConfigOption<Duration> LIMITS_CACHE_TIME =
            ConfigOption.of(
                    LIMITS,
                    "cache_time",
                    OptionType.duration(Duration.ZERO, Duration.ofDays(1)),
                    "60",
                    "How long the limits of a project count without asking Keystone again.");

    private static final ConfigOption<String> LIMITS_INTERFACE = interfaceOf(LIMITS);
    private static final ConfigOption<Optional<String>> LIMITS_REGION = regionOf(LIMITS);

    public static final List<OptionGroup> GROUPS =
            List.of(
                    group(
                            "Tokens from Keystone",
                            TOKENS_LOGIN,
                            TOKENS_CONNECTION,
                            WWW_AUTHENTICATE_URI,
                            TOKENS_INTERFACE,
                            TOKENS_REGION,
                            TOKEN_CACHE_TIME,
                            SERVICE_TOKEN_ROLES,
                            SERVICE_TOKEN_ROLES_REQUIRED),
                    group(
                            "Limits from Keystone",
                            LIMITS_LOGIN,
                            LIMITS_CONNECTION,
                            ENDPOINT_ID,
                            LIMITS_INTERFACE,
                            LIMITS_REGION,
                            LIMITS_CACHE_TIME));

    private KeystoneOptions() {}

    private static ConfigOption<String> interfaceOf(String section) {
        return ConfigOption.of(
                section,
                "interface",
                OptionType.oneOf("internal", "public", "admin"),
                KeystoneSettings.DEFAULT_INTERFACE,
                "Which of Keystone's endpoints in the catalog is asked.");
    }

    private static ConfigOption<Optional<String>> regionOf(String section) {
        return ConfigOption.optional(
                section,
                "region_name",
                OptionType.text(),
                "Region of that endpoint. Left out: the first of any.");
    }

    private static OptionGroup group(
            String title,
            LoginOptions login,
            ConnectionOptions connection,
            ConfigOption<?>... others) {
        return new OptionGroup(
                title,
                Stream.of(login.all(), connection.all(), List.of(others))
                        .flatMap(List::stream)
                        .toList());
    }

    /**
     * How to ask Keystone about tokens.
     *
     * @throws ConfigException when options are missing or do not go together
     */
    public static KeystoneSettings settings(Configuration configuration) throws ConfigException {
        return new KeystoneSettings(
                TOKENS_LOGIN.user(configuration),
                TOKENS_CONNECTION.connection(configuration),
                configuration.get(WWW_AUTHENTICATE_URI).map(URI::toString).orElse(null),
                configuration.get(TOKENS_INTERFACE),
                configuration.get(TOKENS_REGION).orElse(null),
                new LinkedHashSet<>(configuration.get(SERVICE_TOKEN_ROLES)),
                configuration.get(SERVICE_TOKEN_ROLES_REQUIRED),
                configuration.get(TOKEN_CACHE_TIME));
    }

    /**
     * How to ask Keystone about limits.
     *
     * @throws ConfigException when options are missing or do not go together
     */
    public static LimitsSettings limitsSettings(Configuration configuration)
            throws ConfigException {
        return new LimitsSettings(
                LIMITS_LOGIN.user(configuration),
                LIMITS_CONNECTION.connection(configuration),
                configuration.get(ENDPOINT_ID).orElse(null),
                configuration.get(LIMITS_INTERFACE),
                configuration.get(LIMITS_REGION).orElse(null),
                configuration.get(LIMITS_CACHE_TIME));
    }
}
