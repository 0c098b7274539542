/**
 * Collectors of package managers that keep text: dpkg, apk, pacman.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, {@code facts.collect}.
 */
@NullMarked
package mirage.facts.packages;

import org.jspecify.annotations.NullMarked;
