/**
 * Who owns each byte of an image: which format it is, which volumes its disk has, which file systems they hold.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code volume}, {@code filesystem}.
 */
@NullMarked
package mirage.layout;

import org.jspecify.annotations.NullMarked;
