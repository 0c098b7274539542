/**
 * The {@code mirage} command: what a person types, on top of the library.
 *
 * <p>May use: {@code bytes}, {@code library}, {@code catalog}, {@code maintain}, {@code delta}, {@code facts}, and the values
 * that tables hold: {@code manifest}, {@code filesystem}, {@code volume}, {@code chunk}.
 */
@NullMarked
package mirage.command;

import org.jspecify.annotations.NullMarked;
