/**
 * What pages of other origins may do with this service in a browser: cross-origin resource sharing, in the way of
 * OpenStack's oslo.middleware.
 *
 * <p>May use: {@code http}.
 */
@NullMarked
package mirage.glance.cors;

import org.jspecify.annotations.NullMarked;
