package mirage.glance.web;

import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Options of what is read from the web on behalf of clients. Names, meaning and defaults are Glance's, but for cafile. */
public final class WebOptions {
    private static final String SECTION = "import_filtering_opts";
    private static final OptionType<List<String>> TEXTS = OptionType.list(OptionType.text());
    private static final OptionType<List<Integer>> PORTS =
            OptionType.list(OptionType.integer(1, 65535));

    public static final ConfigOption<List<String>> ALLOWED_SCHEMES =
            ConfigOption.of(
                    SECTION,
                    "allowed_schemes",
                    TEXTS,
                    "http,https",
                    "Schemes that may be read from. When it is not empty, disallowed_schemes says nothing.");

    public static final ConfigOption<List<String>> DISALLOWED_SCHEMES =
            ConfigOption.of(
                    SECTION, "disallowed_schemes", TEXTS, "", "Schemes that may not be read from.");

    public static final ConfigOption<List<String>> ALLOWED_HOSTS =
            ConfigOption.of(
                    SECTION,
                    "allowed_hosts",
                    TEXTS,
                    "",
                    """
                    Hosts that may be read from. When it is not empty, no other may, and disallowed_hosts says nothing. Only
                    a host that is named here may be this machine or one on the same link.
                    """);

    public static final ConfigOption<List<String>> DISALLOWED_HOSTS =
            ConfigOption.of(
                    SECTION, "disallowed_hosts", TEXTS, "", "Hosts that may not be read from.");

    public static final ConfigOption<List<Integer>> ALLOWED_PORTS =
            ConfigOption.of(
                    SECTION,
                    "allowed_ports",
                    PORTS,
                    "80,443",
                    "Ports that may be read from. When it is not empty, disallowed_ports says nothing.");

    public static final ConfigOption<List<Integer>> DISALLOWED_PORTS =
            ConfigOption.of(
                    SECTION, "disallowed_ports", PORTS, "", "Ports that may not be read from.");

    private static final ConfigOption<Optional<Path>> CA_FILE =
            ConfigOption.optional(
                            SECTION,
                            "cafile",
                            OptionType.path(),
                            """
                            PEM file with the authorities that certificates of the servers that are read from may come
                            from. Left out: those of the Java runtime.
                            """)
                    .example("/etc/ssl/certs/ca-certificates.crt");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Reading from the web",
                            ALLOWED_SCHEMES,
                            DISALLOWED_SCHEMES,
                            ALLOWED_HOSTS,
                            DISALLOWED_HOSTS,
                            ALLOWED_PORTS,
                            DISALLOWED_PORTS,
                            CA_FILE));

    private WebOptions() {}

    /**
     * A client by what is configured, which is to be closed.
     *
     * @throws IOException when the file of authorities cannot be used; the message names it
     */
    public static WebAccess access(Configuration configuration) throws IOException {
        Optional<Path> caFile = configuration.get(CA_FILE);
        return WebAccess.through(
                filter(configuration), caFile.isEmpty() ? null : Authorities.in(caFile.get()));
    }

    private static WebFilter filter(Configuration configuration) {
        return new WebFilter(
                Set.copyOf(configuration.get(ALLOWED_SCHEMES)),
                Set.copyOf(configuration.get(DISALLOWED_SCHEMES)),
                Set.copyOf(configuration.get(ALLOWED_HOSTS)),
                Set.copyOf(configuration.get(DISALLOWED_HOSTS)),
                Set.copyOf(configuration.get(ALLOWED_PORTS)),
                Set.copyOf(configuration.get(DISALLOWED_PORTS)));
    }
}
