/**
 * Who may do what: the rules of oslo.policy with Glance's names and defaults, an operator's changes to them, and the
 * protection of single image properties. Knows nothing of HTTP.
 *
 * <p>May use: {@code identity}, {@code config}, and {@code mirage.command} for {@code mirage policy}.
 */
@NullMarked
package mirage.glance.policy;

import org.jspecify.annotations.NullMarked;
