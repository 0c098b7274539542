/**
 * The difference of two images: what of one can be copied from the other, and the rest, small. {@link
 * mirage.delta.DeltaPlanner} finds the difference of two recipes, {@link mirage.delta.Predecessors} what the rest is a
 * new version of, {@link mirage.delta.DeltaMaker} writes a delta, {@link mirage.delta.DeltaApplier} makes an image of
 * it and its base. The format is in {@code docs/format/delta.md}.
 *
 * <p>May use: {@code bytes}, {@code codec}, {@code chunk}, {@code manifest}, and values of {@code filesystem}, {@code
 * volume}.
 */
@NullMarked
package mirage.delta;

import org.jspecify.annotations.NullMarked;
