/**
 * From an upload to a manifest: spool, look inside, cut, store, read back. {@link mirage.ingest.Structurer} is the
 * main path.
 *
 * <p>May use: {@code bytes}, {@code layout} and what it finds ({@code image}, {@code volume}, {@code filesystem}, {@code facts}),
 * {@code chunk}, {@code codec}, {@code pack}, {@code manifest}, {@code catalog}, {@code encoder}, {@code rebuild}.
 */
@NullMarked
package mirage.ingest;

import org.jspecify.annotations.NullMarked;
