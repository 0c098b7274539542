package mirage.glance.quota;

import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.keystone.ProjectLimits;
import mirage.glance.record.ImageRecords;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;

/** Options of what projects may have. Names and meaning are Glance's. */
public final class QuotaOptions {
    private static final String DEFAULT = "DEFAULT";

    public static final ConfigOption<Long> USER_STORAGE_QUOTA =
            ConfigOption.of(
                            DEFAULT,
                            "user_storage_quota",
                            OptionType.bytes(0, Long.MAX_VALUE),
                            "0",
                            """
                            The most bytes that all images of a project have, in all stores together; 0 for any number.
                            What goes beyond is answered with 413. Without effect with use_keystone_limits.
                            """)
                    .example("500 GiB");

    public static final ConfigOption<Boolean> USE_KEYSTONE_LIMITS =
            ConfigOption.of(
                    DEFAULT,
                    "use_keystone_limits",
                    OptionType.flag(),
                    "false",
                    """
                    Whether Keystone's limits for the service of type image count: image_size_total and
                    image_stage_total in MiB, image_count_total and image_count_uploading. They must be registered in
                    Keystone first: one that is not is 0. Keystone is asked by [oslo_limit].
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Quotas of projects", USER_STORAGE_QUOTA, USE_KEYSTONE_LIMITS));

    private QuotaOptions() {}

    /**
     * The quotas that are configured. Asks nobody yet.
     *
     * @param opened gets what is to be closed
     * @throws IOException when options are missing or do not go together
     */
    public static Quotas quotas(
            Configuration configuration,
            ImageRecords records,
            InstantSource clock,
            Deque<AutoCloseable> opened)
            throws IOException {
        if (configuration.get(USE_KEYSTONE_LIMITS)) {
            ProjectLimits limits =
                    ProjectLimits.open(KeystoneOptions.limitsSettings(configuration), clock);
            opened.push(limits);
            return Quotas.ofLimits(records, limits::limitsOf);
        }
        long bytes = configuration.get(USER_STORAGE_QUOTA);
        return bytes == 0 ? Quotas.NONE : Quotas.ofBytes(records, bytes);
    }
}
