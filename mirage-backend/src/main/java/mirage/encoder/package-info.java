/**
 * Encoders that make the bytes of compressed clusters again, by the names that recipes know them by. A name stands for the
 * bytes that are written, forever: {@code docs/decisions/0022-encoded-clusters.md}.
 *
 * <p>May use: {@code deflate}, {@code codec}.
 */
@NullMarked
package mirage.encoder;

import org.jspecify.annotations.NullMarked;
