package mirage.agent.run;

import mirage.config.ConfigOption;
import mirage.config.ConfigSchema;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.config.Secret;
import mirage.log.LogOptions;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every option of {@code agent.conf}. */
final class AgentOptions {
    private static final String AGENT = "agent";
    private static final String NOVA = "nova";
    private static final String SERVICE = "service";
    private static final String PULL = "pull";
    private static final String VERIFY = "verify";
    private static final long MAX_BYTES = 1L << 60;

    enum Present {
        ORIGINAL,
        RAW
    }

    static final ConfigOption<InetSocketAddress> LISTEN =
            ConfigOption.of(
                    AGENT,
                    "listen",
                    OptionType.address(),
                    "127.0.0.1:9291",
                    """
                    Where the agent serves the Image API to this host: [glance] api_servers of nova.conf. Whoever can
                    connect can use it with a token of their own, as the image service itself.
                    """);

    static final ConfigOption<URI> FACADE =
            ConfigOption.of(
                    AGENT,
                    "facade",
                    OptionType.httpUri(),
                    "http://127.0.0.1:9292",
                    "Where the image service is: Mirage. Any other image service works too, without deltas.");

    static final ConfigOption<Optional<Path>> CAFILE =
            ConfigOption.optional(
                    AGENT,
                    "cafile",
                    OptionType.path(),
                    """
                    Authorities, in PEM, that the certificates of the image service and of Keystone come from; those of
                    the system when it is left out.
                    """);

    static final ConfigOption<Path> STATE_DIR =
            ConfigOption.of(
                    AGENT,
                    "state_dir",
                    OptionType.path(),
                    "/var/lib/mirage-agent",
                    """
                    Where the agent keeps what it knows and the images that it makes. On the same file system as Nova's
                    instances_path, a base is made without another copy.
                    """);

    static final ConfigOption<Long> STATE_BUDGET =
            ConfigOption.of(
                    AGENT,
                    "state_budget",
                    OptionType.bytes(0, MAX_BYTES),
                    "20 GiB",
                    "Bytes that the images in state_dir may have together; the one that was not used longest goes first.");

    static final ConfigOption<Long> RESERVE =
            ConfigOption.of(
                    AGENT,
                    "reserve",
                    OptionType.bytes(0, MAX_BYTES),
                    "2 GiB",
                    "Bytes that must stay free below state_dir: with less, images are not made here but passed through.");

    static final ConfigOption<Present> PRESENT =
            ConfigOption.of(
                    AGENT,
                    "present",
                    OptionType.choice(Present.class),
                    "original",
                    """
                    What consumers on this host are given: original, what was uploaded, which suits every consumer; raw,
                    the disk of an image in qcow2 or the like as a raw image, where it can be made here. raw is for a
                    Nova compute with force_raw_images = true, which is its default, and spares it the conversion. Only
                    nova-compute may then use this agent.
                    """);

    static final ConfigOption<Double> WORTHWHILE =
            ConfigOption.of(
                    AGENT,
                    "worthwhile",
                    OptionType.of(
                            "a number above 0, at most 1",
                            text -> {
                                double share = Double.parseDouble(text);
                                return share > 0 && share <= 1 ? share : null;
                            }),
                    "0.5",
                    "How great a share of an image its delta may be; a greater one is not fetched, but the image itself.");

    static final ConfigOption<Integer> BUILDS =
            ConfigOption.of(
                    AGENT,
                    "builds",
                    OptionType.integer(1, 64),
                    "2",
                    "How many images are made at once; each takes up to 100 MiB of memory.");

    static final ConfigOption<Duration> BUILD_TIME =
            ConfigOption.of(
                    AGENT,
                    "build_time",
                    OptionType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    "10m",
                    "How long an image may take to be made. After that it is passed through.");

    static final ConfigOption<Long> BANDWIDTH =
            ConfigOption.of(
                    AGENT,
                    "bandwidth",
                    OptionType.bytes(0, MAX_BYTES),
                    "0",
                    """
                    Bytes per second that the agent fetches by itself, deltas and pulled images together; 0 is no limit.
                    What is passed through is not held back.
                    """);

    static final ConfigOption<String> HOST =
            ConfigOption.of(
                    AGENT,
                    "host",
                    OptionType.of(
                            "a name of letters, digits, dots, dashes and underscores",
                            text -> text.matches("[A-Za-z0-9._-]{0,255}") ? text : null),
                    "",
                    "The name that the image service knows this host by; the machine's own when it is empty.");

    static final ConfigOption<Duration> POLL_INTERVAL =
            ConfigOption.of(
                    AGENT,
                    "poll_interval",
                    OptionType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
                    "60s",
                    """
                    How often the image service is told what this host holds, and asked what is revoked and what is new.
                    Needs credentials in [service].
                    """);

    static final ConfigOption<Optional<Path>> INSTANCES_PATH =
            ConfigOption.optional(
                            NOVA,
                            "instances_path",
                            OptionType.path(),
                            """
                            instances_path of nova.conf. With it, Nova's bases are what images are made of, and images
                            are put there ready for use. Without, the agent keeps images in state_dir only.
                            """)
                    .example("/var/lib/nova/instances");

    static final ConfigOption<String> BASE_DIR =
            ConfigOption.of(
                    NOVA,
                    "base_dir",
                    OptionType.of(
                            "the name of a folder",
                            text -> text.isEmpty() || text.contains("/") ? null : text),
                    "_base",
                    "subdirectory_name in [image_cache] of nova.conf.");

    static final ConfigOption<Optional<Path>> LOCK_PATH =
            ConfigOption.optional(
                    NOVA,
                    "lock_path",
                    OptionType.path(),
                    "Where Nova locks its bases, when that is not the folder locks in instances_path.");

    static final ConfigOption<Duration> LOCK_WAIT =
            ConfigOption.of(
                    NOVA,
                    "lock_wait",
                    OptionType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
                    "10s",
                    """
                    How long the agent waits for a base that Nova has locked, which it is then fetching itself. After that
                    a pull of this image fails and an order to remove it is tried again later.
                    """);

    static final ConfigOption<String> NOVA_USER =
            ConfigOption.of(
                    NOVA,
                    "user",
                    OptionType.text(),
                    "nova",
                    """
                    The user that Nova runs as, to whom files in instances_path are given. Empty when the agent runs as
                    that user.
                    """);

    static final ConfigOption<Optional<URI>> AUTH_URL =
            ConfigOption.optional(
                            SERVICE,
                            "auth_url",
                            OptionType.httpUri(),
                            """
                            Keystone, for what the agent asks on its own account: pulls, and what is revoked and new.
                            Without it, and without token_file, it only answers requests.
                            """)
                    .example("http://controller:5000/v3");

    static final ConfigOption<String> USERNAME =
            ConfigOption.of(
                    SERVICE,
                    "username",
                    OptionType.text(),
                    "mirage-agent",
                    "User, with a role that the policy rules deploy_host and download_image let pass.");

    static final ConfigOption<Optional<Secret>> PASSWORD =
            ConfigOption.optional(
                    SERVICE, "password", OptionType.secret(), "Password of the user.");

    static final ConfigOption<String> USER_DOMAIN_NAME =
            ConfigOption.of(
                    SERVICE,
                    "user_domain_name",
                    OptionType.text(),
                    "Default",
                    "Domain of the user, by name.");

    static final ConfigOption<String> PROJECT_NAME =
            ConfigOption.of(
                    SERVICE,
                    "project_name",
                    OptionType.text(),
                    "service",
                    "Project that the user logs in to.");

    static final ConfigOption<String> PROJECT_DOMAIN_NAME =
            ConfigOption.of(
                    SERVICE,
                    "project_domain_name",
                    OptionType.text(),
                    "Default",
                    "Domain of the project, by name.");

    static final ConfigOption<Optional<Path>> TOKEN_FILE =
            ConfigOption.optional(
                    SERVICE,
                    "token_file",
                    OptionType.path(),
                    "A file with a token, instead of a login; read again each time.");

    static final ConfigOption<List<String>> IMAGES =
            ConfigOption.of(
                            PULL,
                            "images",
                            OptionType.list(OptionType.text()),
                            "",
                            """
                            Images that this host is to have ready: an id, a name, tag=TAG for all with a tag, newest:NAME
                            for the newest of a name.
                            """)
                    .example("newest:debian-12, tag=everywhere");

    static final ConfigOption<Duration> PULL_INTERVAL =
            ConfigOption.of(
                    PULL,
                    "interval",
                    OptionType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
                    "10m",
                    "How often that is looked after.");

    static final ConfigOption<Boolean> ANNOUNCED =
            ConfigOption.of(
                    PULL,
                    "announced",
                    OptionType.flag(),
                    "true",
                    """
                    Whether new images that are near to one that this host holds are made ready as soon as the image
                    service tells of them. What Nova's cleaning removed is not brought back so.
                    """);

    static final ConfigOption<Long> UNUSED_BUDGET =
            ConfigOption.of(
                    PULL,
                    "budget",
                    OptionType.bytes(0, MAX_BYTES),
                    "50 GiB",
                    """
                    Bytes that bases may have together which were made ready, pulled or announced, and which Nova has not
                    used yet. What comes on top of that is not made ready. Nova cleans up what it does not use.
                    """);

    static final ConfigOption<Long> VERIFY_RATE =
            ConfigOption.of(
                    VERIFY,
                    "rate",
                    OptionType.bytes(0, MAX_BYTES),
                    "20 MB",
                    """
                    Bytes per second at which bases whose digest is known are read again, one after the other; a base that
                    is not as it was is replaced. 0 reads none.
                    """);

    static final ConfigOption<Duration> VERIFY_INTERVAL =
            ConfigOption.of(
                    VERIFY,
                    "interval",
                    OptionType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
                    "7d",
                    "For so long a base that was read and found good is not read again.");

    static final ConfigSchema SCHEMA = ConfigSchema.of(groups(), List.of(), List.of());

    private AgentOptions() {}

    private static List<OptionGroup> groups() {
        List<OptionGroup> groups =
                new ArrayList<>(
                        List.of(
                                OptionGroup.of(
                                        "The agent",
                                        LISTEN,
                                        FACADE,
                                        CAFILE,
                                        PRESENT,
                                        STATE_DIR,
                                        STATE_BUDGET,
                                        RESERVE,
                                        WORTHWHILE,
                                        BUILDS,
                                        BUILD_TIME,
                                        BANDWIDTH,
                                        HOST,
                                        POLL_INTERVAL),
                                OptionGroup.of(
                                        "Nova on this host",
                                        INSTANCES_PATH,
                                        BASE_DIR,
                                        LOCK_PATH,
                                        LOCK_WAIT,
                                        NOVA_USER),
                                OptionGroup.of(
                                        "The agent's own account",
                                        AUTH_URL,
                                        USERNAME,
                                        PASSWORD,
                                        USER_DOMAIN_NAME,
                                        PROJECT_NAME,
                                        PROJECT_DOMAIN_NAME,
                                        TOKEN_FILE),
                                OptionGroup.of(
                                        "Images that are made ready",
                                        IMAGES,
                                        PULL_INTERVAL,
                                        ANNOUNCED,
                                        UNUSED_BUDGET),
                                OptionGroup.of(
                                        "Reading bases again", VERIFY_RATE, VERIFY_INTERVAL)));
        groups.addAll(LogOptions.GROUPS);
        return groups;
    }
}
