package mirage.glance.transfer;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.util.List;

/** Options of work in the background. Names and defaults are Glance's. */
public final class TaskOptions {
    public static final ConfigOption<Integer> TASK_TIME_TO_LIVE =
            ConfigOption.of(
                    "task",
                    "task_time_to_live",
                    OptionType.integer(1, 24 * 365),
                    "48",
                    "For how many hours a task that has ended can be looked at.");

    public static final ConfigOption<Integer> MAX_WORKERS =
            ConfigOption.of(
                    "taskflow_executor",
                    "max_workers",
                    OptionType.integer(1, 1000),
                    "10",
                    "How many tasks, such as imports, run at a time in this process.");

    public static final ConfigOption<List<String>> GLANCE_DOWNLOAD_PROPERTIES =
            ConfigOption.of(
                    "glance_download_properties",
                    "extra_properties",
                    OptionType.list(OptionType.text()),
                    "hw_,trait:,os_distro,os_secure_boot,os_type",
                    """
                    Beginnings of the names of those properties that an image brings with it when it is imported from
                    another region by glance-download.
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Tasks", TASK_TIME_TO_LIVE, MAX_WORKERS, GLANCE_DOWNLOAD_PROPERTIES));

    private TaskOptions() {}
}
