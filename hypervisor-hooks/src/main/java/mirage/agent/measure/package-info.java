/**
 * What the agent counts, for Prometheus and for {@code mirage agent status}.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.agent.measure;

import org.jspecify.annotations.NullMarked;
