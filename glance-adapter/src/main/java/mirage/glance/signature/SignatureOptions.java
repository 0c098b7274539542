package mirage.glance.signature;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.keystone.ServiceClient;
import mirage.glance.transfer.ContentCheck;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Options of the signatures of images. */
public final class SignatureOptions {
    /** Who has the certificates. */
    enum Backend {
        DIRECTORY,
        BARBICAN
    }

    private static final ConfigOption<Optional<Backend>> BACKEND =
            ConfigOption.optional(
                            "key_manager",
                            "backend",
                            OptionType.choice(Backend.class),
                            """
                            Who has the certificates by which signatures of images are verified: barbican, asked as the
                            user of [keystone_authtoken]; directory, files in certificate_directory. Left out: nobody,
                            and bytes for an image with a signature are refused.
                            """)
                    .example("barbican");

    private static final ConfigOption<Optional<Path>> DIRECTORY =
            ConfigOption.optional(
                            "image_signing",
                            "certificate_directory",
                            OptionType.path(),
                            """
                            Directory with certificates: what img_signature_certificate_uuid names, and .pem; of PEM or
                            of DER.
                            """)
                    .example("/etc/mirage/image-signing");

    private static final ConfigOption<Optional<URI>> ENDPOINT =
            ConfigOption.optional(
                            "barbican",
                            "barbican_endpoint",
                            OptionType.httpUri(),
                            "Where Barbican is. Left out: where Keystone's catalog has the service key-manager.")
                    .example("https://cloud.example.org:9311");

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Signatures of images", BACKEND, DIRECTORY, ENDPOINT));

    private SignatureOptions() {}

    /**
     * The check by what is configured. Asks nobody yet.
     *
     * @param opened gets what is to be closed
     * @throws IOException when options are missing or do not go together
     */
    public static ContentCheck check(
            Configuration configuration, InstantSource clock, Deque<AutoCloseable> opened)
            throws IOException {
        Optional<Backend> backend = configuration.get(BACKEND);
        if (backend.isEmpty()) {
            return new SignatureCheck(Certificates.NONE, clock);
        }
        return switch (backend.get()) {
            case DIRECTORY ->
                    new SignatureCheck(
                            new CertificateDirectory(
                                    configuration
                                            .get(DIRECTORY)
                                            .orElseThrow(() ->
                                                    new ConfigException(
                                                            configuration.placeOf(BACKEND)
                                                                    + ": needs"
                                                                    + " certificate_directory"))),
                            clock);
            case BARBICAN -> {
                ServiceClient barbican =
                        ServiceClient.open(
                                KeystoneOptions.settings(configuration),
                                "key-manager",
                                configuration.get(ENDPOINT).orElse(null),
                                clock);
                opened.push(barbican);
                yield new SignatureCheck(new BarbicanCertificates(barbican), clock);
            }
        };
    }
}
