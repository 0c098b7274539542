/**
 * Makes images of what this host holds and of deltas: {@link mirage.agent.build.ImageBuilder}.
 *
 * <p>May use: {@code deploy}, {@code hold}, {@code measure}, {@code bytes}, {@code delta}; ids of {@code
 * mirage.catalog}; {@code mirage.image}; damage, and the library of zstd, of {@code mirage.codec}.
 */
@NullMarked
package mirage.agent.build;

import org.jspecify.annotations.NullMarked;
