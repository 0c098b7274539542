/**
 * File-system readers: what files a volume holds and where their content lies. Knows no disk image and no store.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.filesystem;

import org.jspecify.annotations.NullMarked;
