/**
 * The {@code mirage} command: what a person types, on top of the library.
 *
 * <p>May use: {@code bytes}, {@code library}, {@code catalog}, {@code manifest}, {@code filesystem}, {@code maintain}.
 */
@NullMarked
package mirage.command;

import org.jspecify.annotations.NullMarked;
