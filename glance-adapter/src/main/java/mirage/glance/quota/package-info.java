/**
 * How much a project may have, by one number for all or by Keystone's unified limits, and what it has.
 *
 * <p>May use: {@code http} for refusals, {@code record}, {@code transfer} for what looks at bytes as they come, and
 * {@code identity.keystone} for the limits.
 */
@NullMarked
package mirage.glance.quota;

import org.jspecify.annotations.NullMarked;
