/**
 * Callers by the signed tokens (JWT) of an OpenID Connect provider such as Keycloak. The only package that knows Nimbus.
 *
 * <p>May use: {@code identity}, {@code identity.remote}.
 */
@NullMarked
package mirage.glance.identity.oidc;

import org.jspecify.annotations.NullMarked;
