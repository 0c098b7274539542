/**
 * A deflate encoder of our own (RFC 1951, RFC 1950) that writes, bit for bit, what zlib 1.2.11 to 1.3.2 write when they
 * are given a whole content at once. Bytes that others compressed with zlib can be stored as what they decode to, and
 * made again. The encoder is part of our stored formats, so what it writes never changes:
 * {@code docs/decisions/0021-deflate-encoder.md}.
 *
 * <p>The straight line: {@link DeflateEncoder} puts the content into {@link Matches}, a {@link Parser} (one for each way
 * of looking for repetitions) turns it into literals and matches, and {@link Block} collects these, and writes them by the
 * cheapest of the three kinds of blocks, with codes made by {@link PrefixCode}, to {@link BitWriter}.
 *
 * <p>May use: nothing.
 */
@NullMarked
package mirage.deflate;

import org.jspecify.annotations.NullMarked;
