/**
 * Reads XFS, versions 4 and 5, whose layout "XFS Algorithms &amp; Data Structures", 3rd edition, describes; the classes
 * name its chapters. What came after it (more extents, times after 2038, parent pointers) is in the kernel's {@code
 * fs/xfs/libxfs/xfs_format.h} and {@code xfs_da_format.h}.
 *
 * <pre>
 *   XfsFormat → XfsFileSystem → XfsTree        what TreeWalk walks
 *                                 ├─ XfsInodeTable → XfsInode
 *                                 ├─ XfsDirectory                       names of a directory
 *                                 └─ XfsFiles                           inode → file record
 *                                      ├─ XfsMapping → XfsExtentTree
 *                                      ├─ XfsLink
 *                                      └─ XfsAttributes → XfsAttributeTree, XfsAcl
 *   all of them read through one XfsVolume: bounds, cache, checksums, warnings, and the budget of work
 * </pre>
 *
 * <p>Only what leads from the root directory to the content of files is read: no free space, inode or owner index, so
 * that features of these need no more than to be known. What one damaged structure hides is left out with a warning. A
 * structure whose checksum or own address is wrong is warned of and used as it is: every value taken from it is checked
 * anyway. The log is not replayed: the table shows what the volume holds, as a mount with {@code norecovery} does.
 *
 * <p>Files in the realtime section lie outside the volume: they are shown without content, and flagged.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}.
 */
@NullMarked
package mirage.filesystem.xfs;

import org.jspecify.annotations.NullMarked;
