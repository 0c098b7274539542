/**
 * HTTP below the Image API: the server, the exchange of a request and its answer, routes, error pages, request ids, the
 * access log. Knows nothing of images.
 *
 * <p>A request passes a chain of {@link mirage.glance.http.Endpoint}s on one virtual thread, which blocks where it must:
 * on the body's next bytes, on a full response. That is the whole back-pressure.
 *
 * <p>May use: {@code identity}.
 */
@NullMarked
package mirage.glance.http;

import org.jspecify.annotations.NullMarked;
