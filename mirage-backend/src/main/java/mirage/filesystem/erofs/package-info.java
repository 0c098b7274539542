/**
 * Reads EROFS, whose layout is described in the project's documentation (erofs.docs.kernel.org, "On-disk format": core,
 * compressed, chunk-based, extended attributes); the classes name its pages and sections.
 *
 * <pre>
 *   ErofsFormat → ErofsSuperblock
 *        └─ ErofsFileSystem → ErofsTree         the tree, as the walk asks for it
 *                 │             ├─ ErofsInode, ErofsDirectory, ErofsAttributes
 *                 │             └─ ErofsFiles   inode → file record
 *                 └─ ErofsFileSource            content of compressed files
 *                      └─ CompressedExtents     what is compressed where ← ClusterIndex: full | compacted
 * </pre>
 *
 * <p>Files that are not compressed lie in the volume as they are, ends that are kept beside inodes included. Compressed
 * ones are decoded by LZ4. Other methods, fragments in a packed inode, and chunks on other devices are recognised: such
 * files are shown without content, with a warning. Layouts with 48-bit addresses or a metabox are refused by name.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.decode}.
 */
@NullMarked
package mirage.filesystem.erofs;

import org.jspecify.annotations.NullMarked;
