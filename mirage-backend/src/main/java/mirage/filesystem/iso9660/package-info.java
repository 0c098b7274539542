/**
 * Reads ISO 9660 as Linux mounts it: with the names and attributes of Rock Ridge where it is there, with Joliet's names
 * otherwise, else with its own in lower case and without versions.
 *
 * <p>Written from ECMA-119 ("Volume and File Structure of CDROM for Information Interchange"), IEEE P1281 (SUSP) and
 * P1282 (RRIP), "Joliet Specification" of Microsoft, and "Description of the zisofs Format" of libburnia; the classes
 * name their sections.
 *
 * <pre>
 *   Iso9660Format → IsoDescriptors         where the trees are, label, block size
 *        └─ Iso9660FileSystem → IsoTree     the tree, as the walk asks for it
 *                                 ├─ IsoDirectory → IsoRecord       records of a directory; files of several extents
 *                                 ├─ SystemUse → RockRidge          what RRIP says of one file
 *                                 ├─ IsoNames, IsoTimes
 *                                 └─ IsoFiles → ZisofsFile          record → file record; files compressed by zisofs
 * </pre>
 *
 * <p>Inode numbers are those of Linux: the place of a file's directory record, and of a directory that of its extent, in
 * units of 32 bytes. So names that Rock Ridge counts as links of one file are files of their own that share an extent.
 *
 * <p>Boot images and catalogues of El Torito are shown where the tree names them, as files; a boot record by itself names
 * no file. Interleaved and sparse (SF) files are recognised, and shown without content. Of a disc with UDF beside ISO
 * 9660 the latter is shown, with a warning; one with UDF alone is refused by name, as is High Sierra.
 *
 * <p>May use: {@code bytes}, {@code filesystem.walk}, {@code filesystem.decode}.
 */
@NullMarked
package mirage.filesystem.iso9660;

import org.jspecify.annotations.NullMarked;
