/**
 * Reads FAT12, FAT16 and FAT32 with long names, which the "Microsoft Extensible Firmware Initiative FAT32 File System
 * Specification" (version 1.03) describes; the classes name its sections. Where drivers differ it is read as Linux's
 * {@code vfat} reads it, mounted with {@code codepage=437,utf8,shortname=mixed,tz=UTC}.
 *
 * <pre>
 *   FatFormat → FatFileSystem → ClusterTree → FatEntries      names, and what entries say of files
 *                                               ├─ FatLongName    of several entries before that of the file
 *                                               └─ FatShortName   of the entry itself
 *   FatBootSector                                             geometry, label, serial number
 * </pre>
 *
 * <p>Unlike {@code vfat} it holds that a directory ends at an entry that begins with 0, as the specification has it, and
 * that of FAT32's tables that one is in use which {@code BPB_ExtFlags} names.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.cluster}.
 */
@NullMarked
package mirage.filesystem.fat;

import org.jspecify.annotations.NullMarked;
