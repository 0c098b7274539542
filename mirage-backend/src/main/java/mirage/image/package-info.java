/**
 * Disk image formats: probe, inspect, and open as a guest's disk with a map of where its content lies in the container.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.image;

import org.jspecify.annotations.NullMarked;
