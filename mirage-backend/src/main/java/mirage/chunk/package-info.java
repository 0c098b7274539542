/**
 * Cuts bytes into chunks and names them. Knows nothing of images, disks or packs.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.chunk;

import org.jspecify.annotations.NullMarked;
