package mirage.glance.transfer;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.util.List;

/** Options of imports. Names and meaning are Glance's. */
public final class ImportOptions {
    public static final ConfigOption<List<ImportPlugin>> IMAGE_IMPORT_PLUGINS =
            ConfigOption.of(
                    "image_import_opts",
                    "image_import_plugins",
                    OptionType.list(OptionType.choice(ImportPlugin.class)),
                    "",
                    """
                    What is done to the bytes of every import but a copy between stores, in this order. List
                    image_decompression before image_conversion.
                    """);

    /** Read for its bounds alone: there is one format that images are converted to. */
    static final ConfigOption<String> OUTPUT_FORMAT =
            ConfigOption.of(
                    "image_conversion",
                    "output_format",
                    OptionType.of(
                            "raw, the only format that images are converted to here",
                            text -> text.equals("raw") ? text : null),
                    "raw",
                    """
                    The format that image_conversion makes. Images are read by this service itself and never given to
                    qemu-img; it writes no other format than raw.
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Imports", IMAGE_IMPORT_PLUGINS, OUTPUT_FORMAT));

    private ImportOptions() {}
}
