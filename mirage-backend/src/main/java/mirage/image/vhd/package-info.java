/**
 * VHD, fixed and dynamic, read only, after its specification: Microsoft, "Virtual Hard Disk Image Format Specification",
 * version 1.0; section names in comments are those of that document. Where makers of VHD disagree on it the disk reads as
 * QEMU reads it. A differencing image is recognised: its parents are named and never opened, and its disk is not read.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.vhd;

import org.jspecify.annotations.NullMarked;
