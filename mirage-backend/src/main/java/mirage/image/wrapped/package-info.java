/**
 * Images that are compressed as a whole, such as {@code disk.raw.gz}: how they are recognised and decoded, and what they are
 * once they are.
 *
 * <p>May use: {@code bytes}, {@code image}.
 */
@NullMarked
package mirage.image.wrapped;

import org.jspecify.annotations.NullMarked;
