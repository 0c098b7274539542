/**
 * Collectors of the system itself: its release, kernels, architecture, boot loader, accounts, units, listeners.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, {@code facts.collect}, {@code facts.elf}.
 */
@NullMarked
package mirage.facts.system;

import org.jspecify.annotations.NullMarked;
