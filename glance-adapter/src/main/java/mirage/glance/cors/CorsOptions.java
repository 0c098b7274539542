package mirage.glance.cors;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.config.SectionFamily;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Options of the section {@code [cors]}, and of {@code [cors.NAME]} for origins with settings of their own. Names and
 * meaning are oslo.middleware's, defaults are Glance's.
 */
public final class CorsOptions {
    private static final String SECTION = "cors";
    private static final String MORE_PREFIX = "cors.";
    private static final String MORE_SECTION = SectionFamily.placeholder(MORE_PREFIX);
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern ORIGIN =
            Pattern.compile("\\*|null|[a-z][a-z0-9+.-]*://[^/?#\\s]+");

    /** A name as HTTP has them: it goes into a header as it is. */
    private static final OptionType<String> NAME =
            OptionType.of("a name of HTTP", text -> TOKEN.matcher(text).matches() ? text : null);

    private static final OptionType<Integer> AGE = OptionType.integer(0, Integer.MAX_VALUE);

    private static final OptionType<List<String>> ORIGINS =
            OptionType.list(
                    OptionType.of(
                            "PROTOCOL://HOST[:PORT] or *",
                            text -> ORIGIN.matcher(text).matches() ? text : null));

    public static final ConfigOption<List<String>> ALLOWED_ORIGIN =
            ConfigOption.of(
                            SECTION,
                            "allowed_origin",
                            ORIGINS,
                            "",
                            """
                            Origins whose pages may use this service from a browser, compared letter by letter: the
                            dashboard's, when it lets browsers upload images directly. Empty for none.
                            """)
                    .example("https://horizon.example.com");

    public static final ConfigOption<Boolean> ALLOW_CREDENTIALS =
            ConfigOption.of(
                    SECTION,
                    "allow_credentials",
                    OptionType.flag(),
                    "true",
                    "Whether requests of these pages may carry cookies and certificates.");

    public static final ConfigOption<List<String>> EXPOSE_HEADERS =
            ConfigOption.of(
                    SECTION,
                    "expose_headers",
                    OptionType.list(NAME),
                    "X-Image-Meta-Checksum, X-Auth-Token, X-Subject-Token, X-Service-Token,"
                            + " X-OpenStack-Request-ID",
                    "Headers of answers that these pages may read, besides the simple ones.");

    public static final ConfigOption<Integer> MAX_AGE =
            ConfigOption.of(
                    SECTION,
                    "max_age",
                    AGE,
                    "3600",
                    "For how many seconds a browser remembers what it was allowed; 0 for its own time.");

    public static final ConfigOption<List<String>> ALLOW_METHODS =
            ConfigOption.of(
                    SECTION,
                    "allow_methods",
                    OptionType.list(NAME),
                    "GET, PUT, POST, DELETE, PATCH",
                    "Methods that these pages may use.");

    public static final ConfigOption<List<String>> ALLOW_HEADERS =
            ConfigOption.of(
                    SECTION,
                    "allow_headers",
                    OptionType.list(NAME),
                    "Content-MD5, X-Image-Meta-Checksum, X-Storage-Token, Accept-Encoding,"
                            + " X-Auth-Token, X-Identity-Status, X-Roles, X-Service-Catalog,"
                            + " X-User-Id, X-Tenant-Id, X-OpenStack-Request-ID",
                    "Headers that these pages may send, besides the simple ones.");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Pages of other origins",
                            ALLOWED_ORIGIN,
                            ALLOW_CREDENTIALS,
                            EXPOSE_HEADERS,
                            MAX_AGE,
                            ALLOW_METHODS,
                            ALLOW_HEADERS));

    static final ConfigOption<List<String>> MORE_ALLOWED_ORIGIN =
            ConfigOption.of(
                            MORE_SECTION,
                            "allowed_origin",
                            ORIGINS,
                            "",
                            "Origins with the settings of this section.")
                    .example("https://wiki.example.com");

    static final ConfigOption<Boolean> MORE_ALLOW_CREDENTIALS =
            more(ALLOW_CREDENTIALS, OptionType.flag());

    static final ConfigOption<List<String>> MORE_EXPOSE_HEADERS =
            more(EXPOSE_HEADERS, OptionType.list(NAME));

    static final ConfigOption<Integer> MORE_MAX_AGE = more(MAX_AGE, AGE);

    static final ConfigOption<List<String>> MORE_ALLOW_METHODS =
            more(ALLOW_METHODS, OptionType.list(NAME));

    static final ConfigOption<List<String>> MORE_ALLOW_HEADERS =
            more(ALLOW_HEADERS, OptionType.list(NAME));

    public static final SectionFamily MORE =
            new SectionFamily(
                    "Pages of more origins",
                    MORE_PREFIX,
                    List.of(
                            MORE_ALLOWED_ORIGIN,
                            MORE_ALLOW_CREDENTIALS,
                            MORE_EXPOSE_HEADERS,
                            MORE_MAX_AGE,
                            MORE_ALLOW_METHODS,
                            MORE_ALLOW_HEADERS));

    private CorsOptions() {}

    private static <T> ConfigOption<T> more(ConfigOption<T> common, OptionType<T> type) {
        return ConfigOption.of(
                MORE_SECTION,
                common.name(),
                type,
                "$" + SECTION + "." + common.name(),
                "As in [cors], for these origins.");
    }
}
