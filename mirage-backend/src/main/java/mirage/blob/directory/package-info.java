/**
 * Blobs as files of a local or shared directory.
 *
 * <p>May use: {@code blob}, {@code bytes}.
 */
@NullMarked
package mirage.blob.directory;

import org.jspecify.annotations.NullMarked;
