/**
 * What fills a volume and is no file system that we read: recognised by its name, so that whoever asks learns why there are
 * no files. Knows the marks by which {@code blkid} tells them, and calls them as it does.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.filesystem.known;

import org.jspecify.annotations.NullMarked;
