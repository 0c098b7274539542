/**
 * Executables of Unix, as far as facts are read from them.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.facts.elf;

import org.jspecify.annotations.NullMarked;
