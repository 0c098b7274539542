package mirage.glance.api;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.transfer.ImportRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** Options of the Image API's limits. Names and meaning are Glance's. */
public final class ApiOptions {
    private static final String DEFAULT = "DEFAULT";
    private static final OptionType<Integer> QUOTA = OptionType.integer(-1, Integer.MAX_VALUE);

    public static final ConfigOption<Long> IMAGE_SIZE_CAP =
            ConfigOption.of(
                    DEFAULT,
                    "image_size_cap",
                    OptionType.bytes(1, Long.MAX_VALUE),
                    "1 TiB",
                    "The greatest image that is taken; a greater one is answered with 413.");

    public static final ConfigOption<Integer> IMAGE_PROPERTY_QUOTA =
            ConfigOption.of(
                    DEFAULT,
                    "image_property_quota",
                    QUOTA,
                    "128",
                    "The most custom properties of an image; -1 for any number.");

    public static final ConfigOption<Integer> IMAGE_MEMBER_QUOTA =
            ConfigOption.of(
                    DEFAULT,
                    "image_member_quota",
                    QUOTA,
                    "128",
                    "The most projects that an image is shared with; -1 for any number.");

    public static final ConfigOption<Integer> IMAGE_TAG_QUOTA =
            ConfigOption.of(
                    DEFAULT,
                    "image_tag_quota",
                    QUOTA,
                    "128",
                    "The most tags of an image; -1 for any number.");

    public static final ConfigOption<Integer> IMAGE_LOCATION_QUOTA =
            ConfigOption.of(
                    DEFAULT,
                    "image_location_quota",
                    QUOTA,
                    "10",
                    "The most locations of an image; -1 for any number.");

    public static final ConfigOption<Integer> LIMIT_PARAM_DEFAULT =
            ConfigOption.of(
                    DEFAULT,
                    "limit_param_default",
                    OptionType.integer(1, Integer.MAX_VALUE),
                    "25",
                    "How many images a page of a list has when the client does not ask for a number.");

    public static final ConfigOption<Integer> API_LIMIT_MAX =
            ConfigOption.of(
                    DEFAULT,
                    "api_limit_max",
                    OptionType.integer(1, Integer.MAX_VALUE),
                    "1000",
                    "How many images a page of a list has at most, whatever the client asks for.");

    public static final ConfigOption<List<ImportRequest.Method>> ENABLED_IMPORT_METHODS =
            ConfigOption.of(
                    DEFAULT,
                    "enabled_import_methods",
                    OptionType.list(OptionType.of("an import method", ApiOptions::method)),
                    "glance-direct,web-download",
                    """
                    The ways in which images are imported: glance-direct, web-download, copy-image, glance-download. An
                    empty list is no import.
                    """);

    public static final ConfigOption<Boolean> SHOW_MULTIPLE_LOCATIONS =
            ConfigOption.of(
                    DEFAULT,
                    "show_multiple_locations",
                    OptionType.flag(),
                    "false",
                    """
                    Whether images show where their bytes are, and their owners may change it: a risk (OSSN-0065), as who
                    can change an image's locations can change its bytes.
                    """);

    public static final ConfigOption<Boolean> SHOW_IMAGE_DIRECT_URL =
            ConfigOption.of(
                    DEFAULT,
                    "show_image_direct_url",
                    OptionType.flag(),
                    "false",
                    "Whether images show one URL of their bytes.");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Image API",
                            ENABLED_IMPORT_METHODS,
                            SHOW_MULTIPLE_LOCATIONS,
                            SHOW_IMAGE_DIRECT_URL),
                    OptionGroup.of(
                            "Limits",
                            IMAGE_SIZE_CAP,
                            IMAGE_PROPERTY_QUOTA,
                            IMAGE_MEMBER_QUOTA,
                            IMAGE_TAG_QUOTA,
                            IMAGE_LOCATION_QUOTA,
                            LIMIT_PARAM_DEFAULT,
                            API_LIMIT_MAX));

    private ApiOptions() {}

    private static ImportRequest.@Nullable Method method(String name) {
        for (ImportRequest.Method method : ImportRequest.Method.values()) {
            if (method.wireName().equals(name)) {
                return method;
            }
        }
        return null;
    }
}
