package mirage.glance.notification;

import org.jspecify.annotations.Nullable;

import java.util.List;

import javax.net.ssl.SSLContext;

/**
 * How notifications are given to a RabbitMQ. What exists there already must have been made with the same durability:
 * RabbitMQ refuses to have it otherwise.
 *
 * @param exchange that it goes to
 * @param topics each gets all of them
 * @param enveloped whether a message has an envelope
 * @param durable whether exchange and queues outlive a restart of the broker
 * @param autoDelete whether they go with their last reader
 * @param quorum whether queues are kept by several nodes
 * @param tls null for none
 */
record RabbitSettings(
        RabbitUrl url,
        String exchange,
        List<String> topics,
        boolean enveloped,
        boolean durable,
        boolean autoDelete,
        boolean quorum,
        @Nullable SSLContext tls) {
    RabbitSettings {
        topics = List.copyOf(topics);
    }
}
