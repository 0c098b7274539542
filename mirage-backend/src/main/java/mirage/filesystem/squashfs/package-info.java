/**
 * Reads squashfs 4.0, whose layout is described in "Squashfs Binary Format" by Dremann and Oberhollenzer
 * (squashfs-tools-ng, {@code doc/format.adoc}); the classes name its sections.
 *
 * <pre>
 *   SquashfsFormat → SquashfsFileSystem → SquashfsTree          directories and inodes, as the walk asks for them
 *                          │                 ├─ SquashfsInode, SquashfsDirectory, SquashfsAttributes
 *                          │                 └─ SquashfsFiles          inode → file record
 *                          └─ SquashfsLookup                      file record → inode → SquashfsFileSource
 *   all metadata is read through MetadataReader | LookupTable → MetadataBlocks: bounds, decoding, cache, budget
 * </pre>
 *
 * <p>Files whose blocks are all stored as they are lie in the volume; of all others the content is encoded, and
 * {@code content} decodes it block by block. A file's fragment, the block that it shares with the ends of other files,
 * counts as its bytes.
 *
 * <p>Compressed by zlib, xz, LZO, LZ4 or zstd; LZMA without a container, which no kernel reads, is refused by name.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.decode}.
 */
@NullMarked
package mirage.filesystem.squashfs;

import org.jspecify.annotations.NullMarked;
