/**
 * {@link mirage.library.ImageLibrary}: the one door to everything below, for the facade, the agent and the command line.
 *
 * <p>May use: everything of the backend but {@code command}.
 */
@NullMarked
package mirage.library;

import org.jspecify.annotations.NullMarked;
