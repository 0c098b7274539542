/**
 * The shape of an image on the wire: its attributes, their types and bounds, and which of them a client may set. One
 * table for creating, patching and the published JSON schemas.
 *
 * <p>May use: {@code http} for refusals, {@code record}.
 */
@NullMarked
package mirage.glance.schema;

import org.jspecify.annotations.NullMarked;
