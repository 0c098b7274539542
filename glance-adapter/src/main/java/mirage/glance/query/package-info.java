/**
 * The query of an image list: filters, order and page, read from the parameters of a request.
 *
 * <p>May use: {@code http} for refusals and parameters, {@code record}, {@code identity}.
 */
@NullMarked
package mirage.glance.query;

import org.jspecify.annotations.NullMarked;
