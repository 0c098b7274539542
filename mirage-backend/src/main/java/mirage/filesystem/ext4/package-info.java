/**
 * Reads ext2, ext3 and ext4, whose layout the Linux kernel describes in {@code Documentation/filesystems/ext4}; the
 * classes name its sections.
 *
 * <pre>
 *   Ext4Format → Ext4FileSystem → Ext4Tree        what TreeWalk walks
 *                                   ├─ Ext4InodeTable → Ext4GroupDescriptors, Ext4Inode
 *                                   ├─ Ext4Directory                      names of a directory
 *                                   └─ Ext4Files                          inode → file record
 *                                        ├─ Ext4Extents | Ext4BlockMap → Ext4Mapping
 *                                        └─ Ext4Xattrs → Ext4Acl
 *   all of them read through one Ext4Volume: bounds, cache, checksums, warnings, and the budget of work
 * </pre>
 *
 * <p>What one damaged structure hides is left out with a warning. A structure whose checksum is wrong is warned of and
 * used as it is: every value taken from it is checked anyway. The journal is not replayed: the table shows what the
 * volume holds, as a mount with {@code noload} does.
 *
 * <p>Without a key the names of an encrypted directory, and the targets of encrypted links, are shown as base64url of
 * the cipher text on disk; the size of such a link is that of its cipher text with its length in front. Damaged
 * attributes are left out with a warning; the file they belong to counts as damaged only if its inode or content is.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}.
 */
@NullMarked
package mirage.filesystem.ext4;

import org.jspecify.annotations.NullMarked;
