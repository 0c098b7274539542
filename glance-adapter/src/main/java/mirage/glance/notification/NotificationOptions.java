package mirage.glance.notification;

import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.config.Secret;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Options of notifications. Names and meaning are those of Glance and oslo.messaging. */
public final class NotificationOptions {
    private static final String DEFAULT = "DEFAULT";
    private static final String SECTION = "oslo_messaging_notifications";
    private static final String RABBIT = "oslo_messaging_rabbit";

    /** Where notifications go. */
    enum Driver {
        NOOP,
        LOG,
        MESSAGING,
        MESSAGINGV2
    }

    private static final ConfigOption<List<Driver>> DRIVERS =
            ConfigOption.repeated(
                            SECTION,
                            "driver",
                            OptionType.choice(Driver.class),
                            """
                            Where notifications go, one line for each: messagingv2, to RabbitMQ in the envelope that
                            readers of today expect; messaging, the same without envelope; log, to the log; noop,
                            nowhere. Left out: nowhere.
                            """)
                    .example("messagingv2");

    private static final ConfigOption<Optional<Secret>> TRANSPORT_URL =
            ConfigOption.optional(
                            SECTION,
                            "transport_url",
                            OptionType.secret(),
                            """
                            The RabbitMQ: rabbit://USER:PASSWORD@HOST:PORT/VIRTUAL_HOST, further nodes of its cluster
                            behind commas. Left out: transport_url of [DEFAULT].
                            """)
                    .example("rabbit://mirage:secret@rabbit.example.org:5672/");

    private static final ConfigOption<Optional<Secret>> DEFAULT_TRANSPORT_URL =
            ConfigOption.optional(
                    DEFAULT,
                    "transport_url",
                    OptionType.secret(),
                    "The RabbitMQ, where [oslo_messaging_notifications] does not say another.");

    private static final ConfigOption<List<String>> TOPICS =
            ConfigOption.of(
                    SECTION,
                    "topics",
                    OptionType.list(OptionType.text()),
                    "notifications",
                    """
                    Topics, each of which gets every notification: the queues are TOPIC.info and TOPIC.error. A reader
                    such as Ceilometer that takes from a queue takes for itself: one topic for each reader.
                    """);

    private static final ConfigOption<Integer> QUEUE_SIZE =
            ConfigOption.of(
                    SECTION,
                    "queue_size",
                    OptionType.integer(1, 1_000_000),
                    "10000",
                    """
                    How many notifications wait in memory while the broker is away. Those beyond are dropped and counted
                    by the metric mirage_notifications_dropped_total; requests never wait.
                    """);

    private static final ConfigOption<String> CONTROL_EXCHANGE =
            ConfigOption.of(
                    DEFAULT,
                    "control_exchange",
                    OptionType.text(),
                    "glance",
                    "The exchange of notifications. Readers look for those of an image service at glance.");

    private static final ConfigOption<Optional<String>> PUBLISHER =
            ConfigOption.optional(
                            DEFAULT,
                            "default_publisher_id",
                            OptionType.text(),
                            "Who notifications say that they are from. Left out: image. and the name of this node.")
                    .example("image.node-1");

    private static final ConfigOption<List<String>> DISABLED =
            ConfigOption.of(
                            DEFAULT,
                            "disabled_notifications",
                            OptionType.list(OptionType.text()),
                            "",
                            """
                            Notifications that are not sent: types such as image.send, or groups such as image.member,
                            image, task or metadef_tag.
                            """)
                    .example("image.send, task");

    private static final ConfigOption<Boolean> DURABLE =
            ConfigOption.of(
                    RABBIT,
                    "amqp_durable_queues",
                    OptionType.flag(),
                    "false",
                    """
                    Whether exchange and queues outlive a restart of the broker. The same for all services of a cloud:
                    RabbitMQ refuses to have an exchange of the same name in two ways.
                    """);

    private static final ConfigOption<Boolean> AUTO_DELETE =
            ConfigOption.of(
                    RABBIT,
                    "amqp_auto_delete",
                    OptionType.flag(),
                    "false",
                    "Whether exchange and queues go with their last reader. The same for all services.");

    private static final ConfigOption<Boolean> QUORUM =
            ConfigOption.of(
                    RABBIT,
                    "rabbit_quorum_queue",
                    OptionType.flag(),
                    "false",
                    "Whether queues are quorum queues, which are durable. The same for all services.");

    private static final ConfigOption<Boolean> TLS =
            ConfigOption.of(
                    RABBIT,
                    "ssl",
                    OptionType.flag(),
                    "false",
                    "Whether to speak TLS with the broker, whose certificate must be for its name.");

    private static final ConfigOption<Optional<Path>> AUTHORITIES =
            ConfigOption.optional(
                            RABBIT,
                            "ssl_ca_file",
                            OptionType.path(),
                            """
                            PEM file with the authorities whose signature the broker's certificate needs. Left out: those
                            that Java trusts.
                            """)
                    .example("/etc/mirage/tls/rabbitmq-ca.crt");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Notifications",
                            DRIVERS,
                            TRANSPORT_URL,
                            DEFAULT_TRANSPORT_URL,
                            TOPICS,
                            QUEUE_SIZE,
                            CONTROL_EXCHANGE,
                            PUBLISHER,
                            DISABLED,
                            DURABLE,
                            AUTO_DELETE,
                            QUORUM,
                            TLS,
                            AUTHORITIES));

    private NotificationOptions() {}

    /**
     * As configured; connects to nothing yet.
     *
     * @param node name of this node
     * @param opened gets what is to be closed
     * @param meters gets what is measured
     * @return {@link Notifications#NONE} when nothing is told
     * @throws IOException when options are missing or do not go together
     */
    public static Notifications open(
            Configuration configuration,
            String node,
            InstantSource clock,
            Deque<AutoCloseable> opened,
            Consumer<MeterBinder> meters)
            throws IOException {
        String publisher = configuration.get(PUBLISHER).orElse("image." + node);
        Set<Driver> drivers = EnumSet.noneOf(Driver.class);
        drivers.addAll(configuration.get(DRIVERS));
        List<Notifications> targets = new ArrayList<>();
        for (Driver driver : drivers) {
            switch (driver) {
                case NOOP -> {}
                case LOG -> targets.add(new NotificationLog(publisher, clock));
                case MESSAGING, MESSAGINGV2 -> {
                    Outbox outbox =
                            new Outbox(
                                    new RabbitCarrier(
                                            rabbit(configuration, driver == Driver.MESSAGINGV2)),
                                    publisher,
                                    configuration.get(QUEUE_SIZE),
                                    clock);
                    opened.push(outbox);
                    meters.accept(outbox);
                    targets.add(outbox);
                }
            }
        }
        if (targets.isEmpty()) {
            return Notifications.NONE;
        }
        return new Enabled(
                Set.copyOf(configuration.get(DISABLED)),
                (priority, eventType, payload) ->
                        targets.forEach(target -> target.send(priority, eventType, payload)));
    }

    private static RabbitSettings rabbit(Configuration configuration, boolean enveloped)
            throws IOException {
        boolean tls = configuration.get(TLS);
        Optional<Secret> own = configuration.get(TRANSPORT_URL);
        ConfigOption<Optional<Secret>> from =
                own.isPresent() ? TRANSPORT_URL : DEFAULT_TRANSPORT_URL;
        Optional<Secret> url = own.or(() -> configuration.get(DEFAULT_TRANSPORT_URL));
        if (url.isEmpty()) {
            throw new ConfigException(
                    configuration.placeOf(DRIVERS) + ": needs transport_url, where RabbitMQ is");
        }
        try {
            return new RabbitSettings(
                    RabbitUrl.parse(url.get().reveal(), tls),
                    configuration.get(CONTROL_EXCHANGE),
                    configuration.get(TOPICS),
                    enveloped,
                    configuration.get(DURABLE),
                    configuration.get(AUTO_DELETE),
                    configuration.get(QUORUM),
                    tls ? trust(configuration.get(AUTHORITIES).orElse(null)) : null);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException(configuration.placeOf(from) + ": " + malformed.getMessage());
        }
    }

    private static SSLContext trust(@Nullable Path authorities) throws IOException {
        try {
            if (authorities == null) {
                return SSLContext.getDefault();
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            try (InputStream pem = Files.newInputStream(authorities)) {
                int count = 0;
                for (Certificate authority :
                        CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                    store.setCertificateEntry("authority-" + count++, authority);
                }
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException failure) {
            throw new IOException(
                    "ssl_ca_file " + authorities + " cannot be used: " + failure.getMessage(),
                    failure);
        }
    }
}
