package mirage.glance.transfer;

import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.util.List;
import java.util.Optional;

/** Options of the formats of images. Names and defaults are Glance's. */
public final class FormatOptions {
    private static final String IMAGE_FORMAT = "image_format";

    public static final ConfigOption<List<String>> DISK_FORMATS =
            ConfigOption.of(
                    IMAGE_FORMAT,
                    "disk_formats",
                    OptionType.list(OptionType.text()),
                    "ami,ari,aki,vhd,vhdx,vmdk,raw,qcow2,vdi,iso,ploop",
                    """
                    What the attribute disk_format of an image may be. gpt may be added, for disks with a partition
                    table, which count as raw otherwise.
                    """);

    public static final ConfigOption<List<String>> CONTAINER_FORMATS =
            ConfigOption.of(
                    IMAGE_FORMAT,
                    "container_formats",
                    OptionType.list(OptionType.text()),
                    "ami,ari,aki,bare,ovf,ova,docker,compressed",
                    "What the attribute container_format of an image may be.");

    static final ConfigOption<Optional<Boolean>> REQUIRE_IMAGE_FORMAT_MATCH =
            ConfigOption.optional(
                    IMAGE_FORMAT,
                    "require_image_format_match",
                    OptionType.flag(),
                    """
                    Whether bytes are refused that are not of the format they were declared to be, or not safe to be
                    given to a hypervisor. By default only where compat is latest: Glance looks since 30.0.
                    """);

    static final ConfigOption<Boolean> GPT_SAFETY_CHECKS_NONFATAL =
            ConfigOption.of(
                    IMAGE_FORMAT,
                    "gpt_safety_checks_nonfatal",
                    OptionType.flag(),
                    "true",
                    """
                    Whether an image is taken although what looks like its partition table fails the checks: many
                    tools write a protective record that does not follow the standard.
                    """);

    static final ConfigOption<List<String>> VMDK_ALLOWED_TYPES =
            ConfigOption.of(
                    IMAGE_FORMAT,
                    "vmdk_allowed_types",
                    OptionType.list(OptionType.text()),
                    "streamOptimized,monolithicSparse",
                    """
                    The createTypes of VMDK images that are taken. Others than these two name further files and are
                    refused although they are listed.
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Formats",
                            DISK_FORMATS,
                            CONTAINER_FORMATS,
                            REQUIRE_IMAGE_FORMAT_MATCH,
                            GPT_SAFETY_CHECKS_NONFATAL,
                            VMDK_ALLOWED_TYPES));

    private FormatOptions() {}

    /**
     * What is demanded of bytes.
     *
     * @param byDefault whether formats must match where no option says so
     */
    public static ContentCheck check(Configuration configuration, boolean byDefault) {
        return configuration.get(REQUIRE_IMAGE_FORMAT_MATCH).orElse(byDefault)
                ? new FormatCheck(
                        !configuration.get(GPT_SAFETY_CHECKS_NONFATAL),
                        configuration.get(VMDK_ALLOWED_TYPES))
                : ContentCheck.NOTHING;
    }
}
