/**
 * Parallels' expandable image, known to the Image API as ploop, versions 1 and 2, read only, after QEMU,
 * {@code docs/interop/parallels.txt}; field names are those of that document. Bytes past the end of the container read as zeros,
 * as QEMU reads them.
 *
 * <p>May use: {@code bytes}, {@code image}, {@code image.block}.
 */
@NullMarked
package mirage.image.ploop;

import org.jspecify.annotations.NullMarked;
