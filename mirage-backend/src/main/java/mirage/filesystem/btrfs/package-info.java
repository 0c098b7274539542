/**
 * Reads btrfs, whose layout is described in "On-disk format" of btrfs.readthedocs.io and the structures of {@code
 * linux/btrfs_tree.h}; the classes name its sections.
 *
 * <pre>
 *   BtrfsFormat → BtrfsSuperblocks → BtrfsSuperblock      the first one, or the newest copy where it is damaged
 *     └─ BtrfsFileSystem → BtrfsFileTree                  what TreeWalk walks
 *          │                 ├─ BtrfsRoots                subvolumes and snapshots, each a tree of its own
 *          │                 ├─ BtrfsDirectory            names of a directory
 *          │                 └─ BtrfsFiles                inode → file record
 *          │                      ├─ BtrfsExtents → BtrfsExtent; BtrfsStoredForm of those that are compressed
 *          │                      └─ BtrfsXattrs
 *          └─ BtrfsContent → BtrfsCompression             bytes of files that are compressed
 *   all of them find items by a BtrfsCursor, which reads BtrfsNodes through the BtrfsChunks of one BtrfsVolume: bounds,
 *   cache, checksums, copies, warnings, and the budget of work
 * </pre>
 *
 * <p>The tree is the one that a mount with {@code subvolid=5} shows: the top level, and in it subvolumes and snapshots as
 * directories, each with all it holds. Files that they share are shown in each of them, with one place. {@link
 * mirage.filesystem.btrfs.BtrfsNumber} says how inodes are numbered.
 *
 * <p>Only what leads from the root directory to the content of files is read: no extents, free space, checksums of
 * content, quotas. Nodes have copies where the profile makes some, and the first right one is used; of content the first
 * copy is shown. A node that is right in no copy is warned of and used as it is: every value taken from it is checked
 * anyway. A log is not replayed: the table shows what the volume holds, as a mount with {@code rescue=nologreplay} does.
 *
 * <p>Of several devices only this one is read. Content that lies on others, or is spread over them, is left out and its
 * file flagged; where the trees do, the volume is refused.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.decode}.
 */
@NullMarked
package mirage.filesystem.btrfs;

import org.jspecify.annotations.NullMarked;
