/**
 * Reads exFAT, which Microsoft's "exFAT file system specification" describes; the classes name its sections.
 *
 * <pre>
 *   ExfatFormat → ExfatFileSystem → ClusterTree → ExfatEntries       names, and what entries say of files
 *                                                   ├─ ExfatEntrySet     the entries of one file
 *                                                   └─ ExfatSystemFiles  label; where these two lie:
 *                                                        ├─ ExfatUpcaseTable   for the hashes of names
 *                                                        └─ ExfatBitmap        which clusters are in use
 *   ExfatBootSector                                                  geometry, serial number
 * </pre>
 *
 * <p>A structure whose checksum is wrong is warned of and used as it is: every value taken from it is checked anyway. So
 * is a file whose clusters the bitmap calls free, or whose name has another hash: drivers find it by its directory, or
 * not at all.
 *
 * <p>Times without a zone are taken for UTC, as the kernel does when its own zone is UTC. The root directory has none.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.cluster}.
 */
@NullMarked
package mirage.filesystem.exfat;

import org.jspecify.annotations.NullMarked;
