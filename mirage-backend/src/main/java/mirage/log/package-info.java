/**
 * Logs: their form, their levels, and whose request a line belongs to.
 *
 * <p>May use: {@code config}.
 */
@NullMarked
package mirage.log;

import org.jspecify.annotations.NullMarked;
