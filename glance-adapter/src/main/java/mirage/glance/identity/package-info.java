/**
 * Who calls: a token becomes a {@link mirage.glance.identity.Caller}.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.glance.identity;

import org.jspecify.annotations.NullMarked;
