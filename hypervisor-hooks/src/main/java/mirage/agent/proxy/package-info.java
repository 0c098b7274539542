/**
 * The Image API on the loopback interface: everything goes on to the image service, but for images that this host can
 * make by itself.
 *
 * <p>May use: {@code wire}, {@code deploy}, {@code hold}, {@code build}, {@code measure}.
 */
@NullMarked
package mirage.agent.proxy;

import org.jspecify.annotations.NullMarked;
