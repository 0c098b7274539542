/**
 * What the files of an image say of the operating system in it: typed facts, each with the file that says so, and their
 * format ({@code docs/format/facts.md}). {@link mirage.facts.FactCollection} is the main path; {@code collect} has what
 * collectors share, each of the other packages the collectors of one family of sources.
 *
 * <p>May use: {@code bytes}, {@code chunk}, {@code codec}, {@code filesystem}, {@code manifest}.
 */
@NullMarked
package mirage.facts;

import org.jspecify.annotations.NullMarked;
