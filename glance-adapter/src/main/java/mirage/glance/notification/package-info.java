/**
 * Tells other services of a cloud what happens here, in the words and on the wire of OpenStack's notifications: messages
 * of oslo.messaging on a RabbitMQ. Knows nothing of what it tells of.
 *
 * <p>Telling is no part of a request: whoever tells goes on at once, and what a broker does or does not do never reaches
 * him.
 */
@NullMarked
package mirage.glance.notification;

import org.jspecify.annotations.NullMarked;
