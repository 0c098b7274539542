/**
 * The root object of an image and what it names: recipes, file tables, digests, provenance; and their formats
 * ({@code docs/format/manifest.md}, {@code recipe.md}, {@code file-table.md}).
 *
 * <p>May use: {@code bytes}, {@code chunk}, {@code codec}, {@code blob}, and the value types of {@code volume} and
 * {@code filesystem}: what a reader saw is what the table keeps, so a second copy of those records would only drift.
 */
@NullMarked
package mirage.manifest;

import org.jspecify.annotations.NullMarked;
