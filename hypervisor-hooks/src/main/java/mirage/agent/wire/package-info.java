/**
 * HTTP to the image service: requests whose answers are streams.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.agent.wire;

import org.jspecify.annotations.NullMarked;
