/**
 * What this host holds of images, and how it is known. {@link mirage.agent.hold.Inventory} survives restarts; {@link
 * mirage.agent.hold.Shelf} is the agent's own place for images, with its budget.
 *
 * <p>May use: values of {@code deploy}; ids of {@code mirage.catalog}.
 */
@NullMarked
package mirage.agent.hold;

import org.jspecify.annotations.NullMarked;
