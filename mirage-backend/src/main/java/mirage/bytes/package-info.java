/**
 * Bytes by position: sources, windows on them, extents, extent maps, and readers of fixed structures. The ground
 * that every format reader and the store stand on; knows no format and no store.
 *
 * <p>May use: nothing of ours.
 */
@NullMarked
package mirage.bytes;

import org.jspecify.annotations.NullMarked;
