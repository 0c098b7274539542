package mirage.glance.store;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.config.SectionTemplate;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Options of named stores. The names of the first two are Glance's. */
public final class StoreOptions {
    private static final String PLACEHOLDER = "<store>";

    /** Kind of a store that is a library of this service. */
    public static final String MIRAGE = "mirage";

    /** Kind of a store that is the web. */
    public static final String HTTP = "http";

    public static final ConfigOption<Map<String, String>> ENABLED_BACKENDS =
            ConfigOption.of(
                            "DEFAULT",
                            "enabled_backends",
                            OptionType.map(OptionType.oneOf(MIRAGE, HTTP)),
                            "",
                            """
                            Named stores and the kind of each: mirage, a library of this service; http, images that lie on
                            the web and are only read. Each has a section of its name. Left out: one store without a name,
                            in data_directory.
                            """)
                    .example("fast:mirage,cheap:mirage,web:http");

    public static final ConfigOption<Optional<String>> DEFAULT_BACKEND =
            ConfigOption.optional(
                    "glance_store",
                    "default_backend",
                    OptionType.text(),
                    "The named store that images go to when nobody says where. Must be set when stores are named.");

    public static final ConfigOption<Optional<Path>> DIRECTORY =
            ConfigOption.optional(
                    PLACEHOLDER,
                    "directory",
                    OptionType.path(),
                    "Holds the store. Left out: the directory of its name in data_directory/stores.");

    public static final ConfigOption<String> DESCRIPTION =
            ConfigOption.of(
                    PLACEHOLDER,
                    "store_description",
                    OptionType.text(),
                    "",
                    "What users are told of the store.");

    public static final ConfigOption<Integer> WEIGHT =
            ConfigOption.of(
                    PLACEHOLDER,
                    "weight",
                    OptionType.integer(0, Integer.MAX_VALUE),
                    "0",
                    "Of several stores that have an image, one of greater weight is read first.");

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Stores", ENABLED_BACKENDS, DEFAULT_BACKEND));

    public static final List<SectionTemplate> TEMPLATES =
            List.of(
                    new SectionTemplate(
                            "A store that is a library of this service",
                            PLACEHOLDER,
                            ENABLED_BACKENDS,
                            MIRAGE,
                            List.of(DIRECTORY, DESCRIPTION, WEIGHT)),
                    new SectionTemplate(
                            "A store that is the web",
                            PLACEHOLDER,
                            ENABLED_BACKENDS,
                            HTTP,
                            List.of(DESCRIPTION, WEIGHT)));

    private StoreOptions() {}
}
