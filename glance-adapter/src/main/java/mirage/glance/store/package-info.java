/**
 * The named stores that bytes of images are in: libraries of this service, and addresses on the web that it only reads.
 *
 * <p>May use: {@code record} for locations, {@code web}, and the library.
 */
@NullMarked
package mirage.glance.store;

import org.jspecify.annotations.NullMarked;
