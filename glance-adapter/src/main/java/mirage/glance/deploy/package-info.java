/**
 * The deploy API, {@code docs/deploy-api.yaml}: deltas, recipes and ranges of images that a caller may download, what
 * hosts hold of them, and their revocation. Deltas that are likely to be asked for are made ahead.
 *
 * <p>May use: {@code api}, {@code http}, {@code identity}, {@code policy}, {@code record}, {@code schema}, {@code
 * store}, and the library and its {@code deploy}.
 */
@NullMarked
package mirage.glance.deploy;

import org.jspecify.annotations.NullMarked;
