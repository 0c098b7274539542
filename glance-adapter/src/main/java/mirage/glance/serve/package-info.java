/**
 * The {@code mirage serve} command: opens what the service needs, puts it together, stops it in order.
 *
 * <p>May use: everything of the adapter, the library, and the {@code command} package's interface.
 */
@NullMarked
package mirage.glance.serve;

import org.jspecify.annotations.NullMarked;
