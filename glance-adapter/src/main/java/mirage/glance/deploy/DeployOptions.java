package mirage.glance.deploy;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Options of the deploy API. */
public final class DeployOptions {
    private static final String DEPLOY = "deploy";

    public static final ConfigOption<Boolean> ENABLED =
            ConfigOption.of(
                    DEPLOY,
                    "enabled",
                    OptionType.flag(),
                    "true",
                    "Whether the deploy API is served, at /deploy/v1 beside the Image API.");

    public static final ConfigOption<Optional<Path>> DELTA_DIR =
            ConfigOption.optional(
                            DEPLOY,
                            "delta_dir",
                            OptionType.path(),
                            """
                            Holds deltas and recipes that were made; all of it can be lost. Nodes may share it. Left
                            out: deltas/ in data_directory.
                            """)
                    .example("/var/cache/mirage/deltas");

    public static final ConfigOption<Long> DELTA_BUDGET =
            ConfigOption.of(
                    DEPLOY,
                    "delta_budget",
                    OptionType.bytes(0, Long.MAX_VALUE),
                    "10 GiB",
                    """
                    How much delta_dir takes; what nobody asked for for longest goes first. The delta that was made last
                    stays, also when it alone is more.
                    """);

    public static final ConfigOption<Boolean> PRECOMPUTE =
            ConfigOption.of(
                    DEPLOY,
                    "precompute",
                    OptionType.flag(),
                    "true",
                    """
                    Whether a new image's deltas from the two images that it is probably nearest to are made before anybody
                    asks for them.
                    """);

    public static final ConfigOption<Integer> MAKERS =
            ConfigOption.of(
                    DEPLOY,
                    "makers",
                    OptionType.integer(1, 64),
                    "1",
                    """
                    How many deltas are made at a time. Each keeps a processor busy and needs some ten MiB of memory, and
                    some hundred bytes more for each chunk of the images.
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Deploying", ENABLED, DELTA_DIR, DELTA_BUDGET, PRECOMPUTE, MAKERS));

    private DeployOptions() {}
}
