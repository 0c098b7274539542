/**
 * Blobs in memory: for tests, and for stores that need not outlive their process.
 *
 * <p>May use: {@code blob}, {@code bytes}.
 */
@NullMarked
package mirage.blob.memory;

import org.jspecify.annotations.NullMarked;
