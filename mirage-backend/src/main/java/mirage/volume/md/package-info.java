/**
 * Arrays of Linux' md driver ({@code mdadm}): superblocks of versions 0.90, 1.0, 1.1 and 1.2, and the volumes that their
 * members make. RAID 1, RAID 0 and linear arrays are put together; others are recognised.
 *
 * <p>Written from "RAID superblock formats" of the Linux RAID wiki (raid.wiki.kernel.org), the manual pages {@code md(4)}
 * and {@code mdadm(8)}, and the field names of {@code linux/raid/md_p.h}.
 *
 * <p>May use: {@code bytes}, and of {@code volume} what a volume is.
 */
@NullMarked
package mirage.volume.md;

import org.jspecify.annotations.NullMarked;
