/**
 * Volume groups of LVM2: labels of physical volumes, metadata areas, the text in them, and the logical volumes that it
 * describes. Linear and striped volumes and mirrors are put together; others are recognised.
 *
 * <p>Written from "LVM Volume Group Metadata" (Red Hat, Logical Volume Manager Administration, appendix), the manual page
 * {@code lvmsystemid(7)} and its neighbours, and J. Metz, "Logical Volume Manager (LVM) format" (libvslvm).
 *
 * <p>May use: {@code bytes}, and of {@code volume} what a volume is.
 */
@NullMarked
package mirage.volume.lvm;

import org.jspecify.annotations.NullMarked;
