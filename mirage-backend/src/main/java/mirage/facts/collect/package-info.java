/**
 * What a collector of facts is, and what all of them need: files of a guest with bounded reads, lines, stanzas.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, the facts.
 */
@NullMarked
package mirage.facts.collect;

import org.jspecify.annotations.NullMarked;
