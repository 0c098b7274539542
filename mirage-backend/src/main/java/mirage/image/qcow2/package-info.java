/**
 * qcow2, versions 2 and 3, read only, after its specification: QEMU, {@code docs/interop/qcow2.rst}; section names in
 * comments are those of that document. Where it leaves damage open, the disk reads as {@code qemu-img convert} reads
 * it: bytes past the end of the container are zeros. What QEMU fails to read fails here too, range by range.
 *
 * <p>{@link mirage.image.qcow2.Qcow2Header} is the layout, {@link mirage.image.qcow2.ClusterMap} the two-level table
 * that tells where a disk range lies. Refcounts, dirty bitmaps and internal snapshots say nothing of what the guest reads and
 * are not followed.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.qcow2;

import org.jspecify.annotations.NullMarked;
