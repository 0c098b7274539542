/**
 * HTTP to the services that know who somebody is: bounded in time, size and number, with the operator's trust.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.glance.identity.remote;

import org.jspecify.annotations.NullMarked;
