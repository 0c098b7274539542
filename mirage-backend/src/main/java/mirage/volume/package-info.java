/**
 * Partition tables: which ranges of a disk are volumes. A work list looks into each volume until nothing new appears.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.volume;

import org.jspecify.annotations.NullMarked;
