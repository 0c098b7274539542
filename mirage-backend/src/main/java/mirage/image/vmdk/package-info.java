/**
 * VMware's VMDK, read only, after its specification: VMware, "Virtual Disk Format 5.0"; section names in comments are those
 * of that document. Read are hosted sparse extents: a {@code monolithicSparse} or {@code streamOptimized} image, or one
 * member of a split one. Where the document leaves damage open, the disk reads as QEMU reads it. Other files that a descriptor
 * names are never opened.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.vmdk;

import org.jspecify.annotations.NullMarked;
