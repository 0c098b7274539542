/**
 * Images without a format of their own: the container's bytes are the disk.
 *
 * <p>May use: {@code bytes}, {@code image}.
 */
@NullMarked
package mirage.image.raw;

import org.jspecify.annotations.NullMarked;
