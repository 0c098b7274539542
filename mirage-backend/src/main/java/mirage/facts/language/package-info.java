/**
 * Collectors of what languages install beside the package managers: Python, Node, Java archives, Go executables.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, {@code facts.collect}, {@code facts.elf}.
 */
@NullMarked
package mirage.facts.language;

import org.jspecify.annotations.NullMarked;
