/**
 * Volumes of a disk: partition tables, and ({@code volume.lvm}, {@code volume.md}) what is put together of several. A work
 * list looks into each volume until nothing new appears.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.volume;

import org.jspecify.annotations.NullMarked;
