/**
 * Image records: what the Image API says of an image besides its bytes, and the database that keeps them.
 *
 * <p>A record is {@link mirage.glance.record.ImageRecord}; {@link mirage.glance.record.ImageRecords} keeps them.
 * Knows nothing of HTTP, JSON or callers.
 *
 * <p>Beside it: the members of images, the tasks that work on images, and the nodes that do that work.
 *
 * <p>May use: {@code database}, and of the library its {@code ImageId}.
 */
@NullMarked
package mirage.glance.record;

import org.jspecify.annotations.NullMarked;
