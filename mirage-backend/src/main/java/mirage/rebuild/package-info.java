/**
 * From a recipe back to bytes: by position, or as a stream that reads each frame once and ahead of need. Whatever
 * leaves this package was checked on the way.
 *
 * <p>May use: {@code bytes}, {@code blob}, {@code chunk}, {@code codec}, {@code pack}, {@code manifest},
 * {@code encoder}.
 */
@NullMarked
package mirage.rebuild;

import org.jspecify.annotations.NullMarked;
