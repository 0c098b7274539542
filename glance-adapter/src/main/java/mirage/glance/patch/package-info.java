/**
 * Changes to an image, in the two media types that the Image API takes.
 *
 * <p>May use: {@code http} for refusals, {@code policy} for protected properties, {@code record}, {@code schema}.
 */
@NullMarked
package mirage.glance.patch;

import org.jspecify.annotations.NullMarked;
