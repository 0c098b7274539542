/**
 * How our own blobs are written: the header that all of them begin with, checksummed sections, values inside a body,
 * and zstd. Knows no blob's meaning. The formats are those of {@code docs/format/framing.md}.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.codec;

import org.jspecify.annotations.NullMarked;
