/**
 * VirtualBox's VDI, version 1.1, dynamic and static, read only. There is no specification; the header is that of
 * VirtualBox ({@code VDICore.h}) as QEMU documents it ({@code block/vdi.c}). Bytes past the end of the container read as
 * zeros, as QEMU reads them. An image that lives on a parent is recognised, and its disk is not read.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.vdi;

import org.jspecify.annotations.NullMarked;
