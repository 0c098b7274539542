/**
 * Decoders of the compressed blocks that several file systems are made of. All of them are bounded: by the array that
 * they fill, and in the memory that they need besides.
 *
 * <p>LZ4 and LZO blocks are decoded by code of our own: it is short, and array bounds are checked, which the native and
 * "unsafe" decoders of libraries do not do for hostile input.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.filesystem.decode;

import org.jspecify.annotations.NullMarked;
