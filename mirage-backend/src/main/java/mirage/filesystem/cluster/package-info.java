/**
 * What FAT and exFAT have in common: clusters, the table that chains them, directories of 32-byte entries, times of
 * DOS, names in UTF-16.
 *
 * <pre>
 *   ClusterTree                   what TreeWalk walks
 *     ├─ ClusterEntries           what a format tells it: the root, the file of an entry, the names in a directory
 *     └─ ClusterChains            where the clusters of a file lie
 *          └─ ClusterTable        the table
 *   all of them read through one ClusterVolume, whose blocks are clusters
 * </pre>
 *
 * <p>Neither format has inodes. A file's number is twice the place of its entry; a directory's is one more than twice the
 * place of the first entry in it; places are counted in entries from the begin of the volume. So a directory that several
 * entries lead to is one.
 *
 * <p>Neither has owners and modes: files are shown as the kernel shows them to who mounts with {@code
 * uid=0,gid=0,umask=022,tz=UTC}.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}.
 */
@NullMarked
package mirage.filesystem.cluster;

import org.jspecify.annotations.NullMarked;
