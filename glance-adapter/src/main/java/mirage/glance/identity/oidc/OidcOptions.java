package mirage.glance.identity.oidc;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.identity.Domain;
import mirage.glance.identity.remote.ConnectionOptions;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Options of an OpenID Connect provider such as Keycloak: the section {@code [oidc]}. */
public final class OidcOptions {
    private static final String OIDC = "oidc";
    private static final Duration DAY = Duration.ofDays(1);
    private static final OptionType<ClaimPath> PATH =
            OptionType.of("names of claims divided by dots", ClaimPath::parse);
    private static final ConnectionOptions CONNECTION = new ConnectionOptions(OIDC);

    private static final ConfigOption<Optional<String>> ISSUER =
            ConfigOption.optional(
                            OIDC,
                            "issuer",
                            OptionType.text(),
                            """
                            Claim iss of every token, to the letter; below it the provider describes itself
                            (.well-known/openid-configuration).
                            """)
                    .example("https://sso.example.org/realms/cloud");

    private static final ConfigOption<Optional<URI>> JWKS_URI =
            ConfigOption.optional(
                    OIDC,
                    "jwks_uri",
                    OptionType.httpUri(),
                    "Where the provider's keys are. Left out: where its description says.");

    private static final ConfigOption<List<String>> AUDIENCE =
            ConfigOption.of(
                            OIDC,
                            "audience",
                            OptionType.list(OptionType.text()),
                            "",
                            """
                            Of these a token must be for one (claim aud). Must be set: a token that a client of the
                            provider got for another service is none for this one.
                            """)
                    .example("mirage");

    private static final ConfigOption<List<String>> ALGORITHMS =
            ConfigOption.of(
                    OIDC,
                    "algorithms",
                    OptionType.list(
                            OptionType.oneOf(
                                    OidcSettings.ALGORITHMS.stream()
                                            .sorted()
                                            .toArray(String[]::new))),
                    "RS256, PS256, ES256",
                    "Algorithms that a token may be signed with.");

    private static final ConfigOption<Duration> CLOCK_SKEW =
            ConfigOption.of(
                    OIDC,
                    "clock_skew",
                    OptionType.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    "60s",
                    "How far the provider's clock may be from this machine's.");

    private static final ConfigOption<Duration> KEYS_TIME =
            ConfigOption.of(
                    OIDC,
                    "keys_cache_time",
                    OptionType.duration(Duration.ofSeconds(1), DAY),
                    "5m",
                    """
                    How long the provider's keys are used without asking again. A key that the provider took back goes
                    on for so long, and while the provider cannot be asked.
                    """);

    private static final ConfigOption<Duration> KEYS_INTERVAL =
            ConfigOption.of(
                    OIDC,
                    "keys_min_interval",
                    OptionType.duration(Duration.ofMillis(100), DAY),
                    "30s",
                    """
                    The least time between questions for a key that a token names and nobody knows. Shorter than
                    keys_cache_time.
                    """);

    private static final ConfigOption<Duration> EXPIRED_WINDOW =
            ConfigOption.of(
                    OIDC,
                    "allow_expired_window",
                    OptionType.duration(Duration.ZERO, Duration.ofDays(30)),
                    "48h",
                    "How long a user's token that is over still counts with the token of a service.");

    private static final ConfigOption<List<String>> SERVICE_TOKEN_ROLES =
            ConfigOption.of(
                    OIDC,
                    "service_token_roles",
                    OptionType.list(OptionType.text()),
                    "service",
                    "Roles of which that service needs one, by the names that they have here.");

    private static final ConfigOption<String> DOMAIN_ID =
            ConfigOption.of(
                    OIDC,
                    "domain_id",
                    OptionType.text(),
                    "default",
                    "Id of the domain that users and projects of the provider are in.");

    private static final ConfigOption<String> DOMAIN_NAME =
            ConfigOption.of(
                    OIDC, "domain_name", OptionType.text(), "Default", "Name of that domain.");

    private static final ConfigOption<ClaimPath> USER_ID =
            claim("user_id_claim", ClaimRules.DEFAULT_USER_ID, "Where the user's id is.");
    private static final ConfigOption<ClaimPath> USER_NAME =
            claim("user_name_claim", ClaimRules.DEFAULT_USER_NAME, "Where the user's name is.");
    private static final ConfigOption<ClaimPath> PROJECT_ID =
            claim(
                    "project_id_claim",
                    ClaimRules.DEFAULT_PROJECT_ID,
                    """
                    Where the ids of the projects are, one or a list, in which the roles of roles_claims hold. With
                    several, clients choose one by the header X-Project-Id.
                    """);
    private static final ConfigOption<ClaimPath> PROJECT_NAME =
            claim(
                    "project_name_claim",
                    ClaimRules.DEFAULT_PROJECT_NAME,
                    "Where the name of the project is, when there is one.");

    private static final ConfigOption<List<ClaimPath>> ROLES =
            ConfigOption.of(
                            OIDC,
                            "roles_claims",
                            OptionType.list(PATH),
                            ClaimRules.DEFAULT_ROLES,
                            "Where roles are that hold in all projects of the token.")
                    .example("realm_access.roles, resource_access.mirage.roles");

    private static final ConfigOption<ClaimPath> GROUPS_CLAIM =
            claim("groups_claim", ClaimRules.DEFAULT_GROUPS, "Where the user's groups are.");

    private static final ConfigOption<Optional<Pattern>> PROJECT_GROUP =
            ConfigOption.optional(
                            OIDC,
                            "project_group",
                            OptionType.of(
                                    "a regular expression with (?<project>…) and (?<role>…)",
                                    OidcOptions::projectGroup),
                            """
                            What a group looks like that gives a role in a project: a regular expression that the whole
                            name matches.
                            """)
                    .example("/projects/(?<project>[^/]+)/(?<role>[^/]+)");

    private static final ConfigOption<Map<String, String>> ROLE_MAP =
            ConfigOption.of(
                            OIDC,
                            "role_map",
                            OptionType.map(OptionType.text()),
                            "admin:admin, member:member, reader:reader, service:service",
                            """
                            From the provider's name of a role to its name here. Roles that are not named count for
                            nothing. An admin is a member too, a member a reader.
                            """)
                    .example("mirage-admin:admin, cloud-user:member");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    new OptionGroup(
                            "Tokens from OpenID Connect",
                            Stream.of(
                                            List.<ConfigOption<?>>of(
                                                    ISSUER,
                                                    JWKS_URI,
                                                    AUDIENCE,
                                                    ALGORITHMS,
                                                    CLOCK_SKEW,
                                                    KEYS_TIME,
                                                    KEYS_INTERVAL,
                                                    EXPIRED_WINDOW,
                                                    SERVICE_TOKEN_ROLES,
                                                    DOMAIN_ID,
                                                    DOMAIN_NAME,
                                                    USER_ID,
                                                    USER_NAME,
                                                    PROJECT_ID,
                                                    PROJECT_NAME,
                                                    ROLES,
                                                    GROUPS_CLAIM,
                                                    PROJECT_GROUP,
                                                    ROLE_MAP),
                                            CONNECTION.all())
                                    .flatMap(List::stream)
                                    .toList()));

    private OidcOptions() {}

    private static ConfigOption<ClaimPath> claim(String name, String defaultText, String help) {
        return ConfigOption.of(OIDC, name, PATH, defaultText, help);
    }

    private static Pattern projectGroup(String text) {
        Pattern pattern = Pattern.compile(text);
        ClaimRules.requireProjectGroup(pattern);
        return pattern;
    }

    /**
     * Whose tokens are believed.
     *
     * @throws ConfigException when options are missing or do not go together
     */
    public static OidcSettings settings(Configuration configuration) throws ConfigException {
        try {
            return new OidcSettings(
                    configuration.require(ISSUER),
                    configuration.get(JWKS_URI).orElse(null),
                    new LinkedHashSet<>(configuration.get(AUDIENCE)),
                    new LinkedHashSet<>(configuration.get(ALGORITHMS)),
                    configuration.get(CLOCK_SKEW),
                    configuration.get(KEYS_TIME),
                    configuration.get(KEYS_INTERVAL),
                    configuration.get(EXPIRED_WINDOW),
                    new LinkedHashSet<>(configuration.get(SERVICE_TOKEN_ROLES)),
                    new Domain(configuration.get(DOMAIN_ID), configuration.get(DOMAIN_NAME)),
                    new ClaimRules(
                            configuration.get(USER_ID),
                            configuration.get(USER_NAME),
                            configuration.get(PROJECT_ID),
                            configuration.get(PROJECT_NAME),
                            configuration.get(ROLES),
                            configuration.get(GROUPS_CLAIM),
                            configuration.get(PROJECT_GROUP).orElse(null),
                            configuration.get(ROLE_MAP)),
                    CONNECTION.connection(configuration));
        } catch (IllegalArgumentException wrong) {
            throw new ConfigException("[oidc] " + wrong.getMessage());
        }
    }
}
