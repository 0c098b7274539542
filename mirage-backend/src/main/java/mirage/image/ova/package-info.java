/**
 * OVA, read only: a tar archive of a machine's description (OVF) and its disk images, each of which is read by its own
 * format. After DMTF DSP0243, "Open Virtualization Format Specification": a package as a single file, and the elements
 * {@code References} and {@code DiskSection}. The tar is POSIX ustar or pax (IEEE Std
 * 1003.1, "pax", "EXTENDED DESCRIPTION") or GNU's ("GNU tar: an archiver tool", "Basic Tar Format"); its headers are
 * understood by Apache Commons Compress, and nothing but headers is given to it.
 *
 * <p>May use: {@code bytes}, {@code image}.
 */
@NullMarked
package mirage.image.ova;

import org.jspecify.annotations.NullMarked;
