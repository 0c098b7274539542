/**
 * Reads NTFS, versions 3.0 and 3.1 (and 1.2, as far as it is the same), whose layout Microsoft describes only in part
 * (MSDN, "Master File Table"; [MS-FSCC] 2.1, reparse points and their tags; [MS-XCA] 2.5, LZNT1). The rest is in the
 * "NTFS Documentation" of Russon and Fledel and in Metz's "New Technologies File System (NTFS) format"; the classes
 * name their chapters.
 *
 * <pre>
 *   NtfsFormat → NtfsBootSector
 *        └─ NtfsFileSystem → NtfsTree           what TreeWalk walks
 *             │                ├─ NtfsRecordTable → NtfsRecord, NtfsFixups    the MFT, which is a file itself
 *             │                │    └─ NtfsFileReader → NtfsFile              a record and those that continue it
 *             │                ├─ NtfsDirectory                               names of a directory
 *             │                └─ NtfsFiles                                   file → file records
 *             │                     ├─ NtfsStream → NtfsRunList               where an attribute's value lies
 *             │                     └─ NtfsReparsePoint, NtfsSpecialFile      links and devices
 *             ├─ NtfsVolumeFile, NtfsLogFile    label, version, and whether it was left in order
 *             └─ CompressedContent → Lznt1      bytes of compressed files
 * </pre>
 *
 * <p>Only what leads from the root directory to the content of files is read: no bitmap of clusters, no security
 * descriptors, no index but of names. What one damaged structure hides is left out with a warning. The log is not
 * replayed: the table shows what the volume holds.
 *
 * <p>What NTFS has and Unix has not is shown as the driver ntfs-3g shows it without a map of users: owner 0, mode 0777,
 * system files and DOS names hidden. {@link mirage.filesystem.ntfs.NtfsFiles} says what is shown of streams.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}.
 */
@NullMarked
package mirage.filesystem.ntfs;

import org.jspecify.annotations.NullMarked;
