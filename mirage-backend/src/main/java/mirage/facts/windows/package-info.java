/**
 * The collector of Windows, and a reader of registry hives.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, {@code facts.collect}.
 */
@NullMarked
package mirage.facts.windows;

import org.jspecify.annotations.NullMarked;
