/**
 * Which manifest an image has now: the only thing in the library that is ever replaced.
 *
 * <p>May use: {@code bytes}, {@code codec}, {@code manifest}.
 */
@NullMarked
package mirage.catalog;

import org.jspecify.annotations.NullMarked;
