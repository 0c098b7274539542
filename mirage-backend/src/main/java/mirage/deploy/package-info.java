/**
 * What hosts are given of a library's images: {@link mirage.deploy.Deployment} describes them, finds good bases, and
 * gives recipes, deltas and ranges. What takes long to make lies on a {@link mirage.deploy.Shelf}. The formats are read
 * here too, for the hosts.
 *
 * <p>May use: {@code bytes}, {@code codec}, {@code chunk}, {@code library}, {@code delta}, {@code manifest}, {@code
 * catalog}, values of {@code filesystem}.
 */
@NullMarked
package mirage.deploy;

import org.jspecify.annotations.NullMarked;
