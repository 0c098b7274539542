package mirage.glance.notification;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Gives notifications to a RabbitMQ as oslo.messaging does: a topic exchange, and for each topic and priority a queue of
 * the name of its routing key, so that nothing is lost while nobody reads yet. A message counts as brought when the
 * broker has confirmed it. After any failure it begins again with a new connection, at the next node.
 */
final class RabbitCarrier implements Carrier {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitCarrier.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HEARTBEAT_SECONDS = 60;

    private static final BasicProperties PROPERTIES =
            new BasicProperties.Builder()
                    .contentType("application/json")
                    .contentEncoding("utf-8")
                    .headers(Map.of())
                    .deliveryMode(2)
                    .priority(0)
                    .build();

    private final RabbitSettings settings;
    private final Set<String> queues = new HashSet<>();
    private @Nullable Connection connection;
    private @Nullable Channel channel;
    private int nextNode;

    /** Connects to nothing yet. */
    RabbitCarrier(RabbitSettings settings) {
        this.settings = settings;
    }

    @Override
    public void carry(List<Notification> notifications) throws IOException {
        try {
            Channel open = openChannel();
            for (Notification notification : notifications) {
                byte[] body =
                        notification.body(settings.enveloped()).getBytes(StandardCharsets.UTF_8);
                for (String topic : settings.topics()) {
                    publish(open, notification.queueOf(topic), body);
                }
            }
            open.waitForConfirmsOrDie(PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            drop();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the service stops");
        } catch (TimeoutException late) {
            drop();
            throw new IOException("RabbitMQ did not confirm in " + PATIENCE, late);
        } catch (ShutdownSignalException closed) {
            drop();
            throw new IOException("RabbitMQ closed the connection: " + closed.getMessage(), closed);
        } catch (IOException | RuntimeException failure) {
            drop();
            throw failure;
        }
    }

    private void publish(Channel open, String queue, byte[] body) throws IOException {
        if (!queues.contains(queue)) {
            open.queueDeclare(
                    queue,
                    settings.durable() || settings.quorum(),
                    false,
                    settings.autoDelete(),
                    settings.quorum() ? Map.of("x-queue-type", "quorum") : Map.of());
            open.queueBind(queue, settings.exchange(), queue);
            queues.add(queue);
        }
        open.basicPublish(settings.exchange(), queue, PROPERTIES, body);
    }

    private Channel openChannel() throws IOException, TimeoutException {
        if (channel != null) {
            return channel;
        }
        List<RabbitUrl.Node> nodes = settings.url().nodes();
        RabbitUrl.Node node = nodes.get(nextNode);
        nextNode = (nextNode + 1) % nodes.size();
        Connection opened = connectTo(node);
        connection = opened;
        Channel made = opened.createChannel();
        if (made == null) {
            throw new IOException(node + " gives no channel");
        }
        made.exchangeDeclare(
                settings.exchange(),
                "topic",
                settings.durable() || settings.quorum(),
                settings.autoDelete(),
                Map.of());
        made.confirmSelect();
        channel = made;
        LOG.info("notifications go to RabbitMQ at {}", node);
        return made;
    }

    private Connection connectTo(RabbitUrl.Node node) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(node.host());
        factory.setPort(node.port());
        factory.setUsername(node.user());
        factory.setPassword(node.password());
        factory.setVirtualHost(settings.url().virtualHost());
        factory.setConnectionTimeout((int) PATIENCE.toMillis());
        factory.setHandshakeTimeout((int) PATIENCE.toMillis());
        factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
        factory.setAutomaticRecoveryEnabled(false);
        if (settings.tls() != null) {
            factory.useSslProtocol(settings.tls());
            factory.enableHostnameVerification();
        }
        try {
            return factory.newConnection("mirage");
        } catch (IOException failure) {
            throw new IOException("RabbitMQ at " + node + ": " + failure, failure);
        }
    }

    private void drop() {
        Connection before = connection;
        connection = null;
        channel = null;
        queues.clear();
        if (before != null) {
            before.abort((int) PATIENCE.toMillis());
        }
    }

    @Override
    public void close() {
        drop();
    }
}
