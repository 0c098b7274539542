/**
 * Moves bytes of images: from clients, between stores, from the web, at once or as tasks in the background, and keeps
 * the records' states true to what is where.
 *
 * <p>A refusal that a client is to hear is a {@code HttpFailure}, also where the client is no longer there to hear it:
 * then it becomes the message of a task.
 *
 * <p>May use: {@code http} for refusals, {@code record}, {@code store}, {@code web}, the library, and the library's
 * {@code mirage.image.inspect}.
 */
@NullMarked
package mirage.glance.transfer;

import org.jspecify.annotations.NullMarked;
