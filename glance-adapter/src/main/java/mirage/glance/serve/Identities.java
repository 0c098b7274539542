package mirage.glance.serve;

import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.identity.FirstThatKnows;
import mirage.glance.identity.Identity;
import mirage.glance.identity.TokenFiles;
import mirage.glance.identity.keystone.Keystone;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.oidc.OidcIdentity;
import mirage.glance.identity.oidc.OidcOptions;
import mirage.glance.identity.oidc.OidcOrElse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;

/** Who the callers are, by the options. Tokens of an OpenID Connect provider go to it, all others to who knows them. */
final class Identities {
    /** A source of callers. */
    enum Source {
        KEYSTONE,
        OIDC,
        FILES
    }

    static final ConfigOption<List<Source>> AUTH_STRATEGY =
            ConfigOption.of(
                            "DEFAULT",
                            "auth_strategy",
                            OptionType.list(OptionType.choice(Source.class)),
                            "files",
                            """
                            Who knows the callers: keystone, by [keystone_authtoken]; oidc, an OpenID Connect provider
                            such as Keycloak, by [oidc]; files, the administrator's token and identity.json in the data
                            directory. Several beside each other are allowed.
                            """)
                    .example("keystone");

    static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Who is calling", AUTH_STRATEGY));

    private final Identity identity;
    private final @Nullable Keystone keystone;

    private Identities(Identity identity, @Nullable Keystone keystone) {
        this.identity = identity;
        this.keystone = keystone;
    }

    /** Knows all callers. */
    Identity identity() {
        return identity;
    }

    /** What is measured of them. */
    List<MeterBinder> meters() {
        return keystone == null ? List.of() : List.of(keystone.meters());
    }

    /**
     * Address of the image service of a region, null when none is known.
     *
     * @param interfaceName such as {@code public}
     */
    @Nullable String imageService(String region, String interfaceName) throws IOException {
        return keystone == null ? null : keystone.endpoint("image", interfaceName, region);
    }

    /** Whether the files of the data directory count. */
    static boolean haveFiles(Configuration configuration) {
        return configuration.get(AUTH_STRATEGY).contains(Source.FILES);
    }

    /**
     * Opens what the options name, and asks nobody yet.
     *
     * @param opened gets what is to be closed
     * @throws ConfigException when options are missing or do not go together
     */
    static Identities open(
            Configuration configuration,
            Path dataDirectory,
            Clock clock,
            Deque<AutoCloseable> opened)
            throws IOException {
        List<Source> sources = configuration.get(AUTH_STRATEGY);
        if (sources.isEmpty() || new HashSet<>(sources).size() < sources.size()) {
            throw new ConfigException(
                    configuration.placeOf(AUTH_STRATEGY) + ": each source once, and at least one");
        }
        OidcIdentity oidc = null;
        Keystone keystone = null;
        List<Identity> others = new ArrayList<>();
        for (Source source : sources) {
            switch (source) {
                case KEYSTONE -> {
                    keystone = Keystone.open(KeystoneOptions.settings(configuration), clock);
                    opened.push(keystone);
                    others.add(keystone.identity());
                }
                case OIDC -> {
                    oidc = OidcIdentity.open(OidcOptions.settings(configuration), clock);
                    opened.push(oidc);
                }
                case FILES -> others.add(TokenFiles.open(dataDirectory, new SecureRandom()));
            }
        }
        return new Identities(join(oidc, others), keystone);
    }

    private static Identity join(@Nullable OidcIdentity oidc, List<Identity> others) {
        if (oidc != null) {
            return others.isEmpty() ? oidc : new OidcOrElse(oidc, join(null, others));
        }
        return others.size() == 1 ? others.getFirst() : new FirstThatKnows(others);
    }
}
