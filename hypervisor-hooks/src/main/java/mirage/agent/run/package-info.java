/**
 * {@code mirage agent}: its options and commands, what it does by itself, and how everything is put together.
 *
 * <p>May use: everything in {@code mirage.agent}; {@code mirage.command}, {@code mirage.config}, {@code mirage.log}.
 */
@NullMarked
package mirage.agent.run;

import org.jspecify.annotations.NullMarked;
