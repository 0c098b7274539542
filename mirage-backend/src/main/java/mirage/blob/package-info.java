/**
 * Named immutable blobs, and the places that keep them. Knows no blob's meaning.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.blob;

import org.jspecify.annotations.NullMarked;
