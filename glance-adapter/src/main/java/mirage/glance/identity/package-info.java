/**
 * Who calls: {@link mirage.glance.identity.Identity} makes of a request's tokens a
 * {@link mirage.glance.identity.Caller}. This package has the contract and the identity that lives in files; the packages
 * below it ask services.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.glance.identity;

import org.jspecify.annotations.NullMarked;
