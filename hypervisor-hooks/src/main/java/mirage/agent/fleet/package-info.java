/**
 * Many hosts in one process that deploy one image at the same time: their agents, bases and deltas are real, the network
 * between them and the service, and the time, are a model.
 *
 * <p>May use: {@code build}, {@code deploy}, {@code hold}, {@code measure}, {@code nova}, and the library.
 */
@NullMarked
package mirage.agent.fleet;

import org.jspecify.annotations.NullMarked;
