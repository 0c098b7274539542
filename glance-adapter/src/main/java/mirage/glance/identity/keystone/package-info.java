/**
 * Callers by Keystone, version 3 of its API, with the rules of keystonemiddleware. The only package that knows
 * OpenStack4j, of which it uses the request layer and the model of the service's own token; what goes beside it, and why,
 * is in docs/decisions/0011-identity.md.
 *
 * <p>May use: {@code identity}, {@code identity.remote}.
 */
@NullMarked
package mirage.glance.identity.keystone;

import org.jspecify.annotations.NullMarked;
