/**
 * The Image API: its routes and what stands behind each. A handler parses, authorises, makes one call and maps the
 * result.
 *
 * <p>What a user may not see does not exist for him: 404, whatever he asks of it. What he sees but may not do is 403.
 *
 * <p>May use: {@code cors}, {@code event}, {@code http}, {@code identity}, {@code record}, {@code schema}, {@code patch}, {@code query},
 * {@code quota}, and the
 * library.
 */
@NullMarked
package mirage.glance.api;

import org.jspecify.annotations.NullMarked;
