/**
 * VHDX, fixed and dynamic, read only, after its specification: Microsoft, [MS-VHDX], "Virtual Hard Disk v2 (VHDX) File
 * Format"; section numbers in comments are those of that document. An image whose log was not replayed is refused, as
 * its tables may be torn. A differencing image is recognised: its parents are named and never opened, and its disk is not
 * read.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.vhdx;

import org.jspecify.annotations.NullMarked;
