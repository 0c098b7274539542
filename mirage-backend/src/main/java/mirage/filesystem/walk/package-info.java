/**
 * What readers of file systems share, whatever their format: the walk through a tree of directories, within its
 * bounds; names and extents, with the checks that hostile input needs. Knows no format.
 *
 * <pre>
 *   TreeWalk                 the tree, one path after the other: order, loops, budget, files with several names,
 *     │                      and what a file shows beside itself
 *     └─ FileTree            what a format tells it: the root, the file behind an entry, its record, its names
 *          ├─ VolumeReader       the bytes: bounds, cache, budget, warnings
 *          │    └─ ReadAhead     records of files, read in the order of the volume
 *          ├─ DirectoryListing   names of a directory: checked, sorted, each once
 *          ├─ FileMapping        extents of a file → Placement
 *          └─ PosixAcl           access lists as lgetxattr gives them
 * </pre>
 *
 * <p>A reader makes one {@code VolumeReader} and one {@code FileTree} for each walk; a file system itself holds nothing
 * between walks.
 *
 * <p>May use: {@code bytes}, values of {@code filesystem}; not its formats.
 */
@NullMarked
package mirage.filesystem.walk;

import org.jspecify.annotations.NullMarked;
