/**
 * Tells what an uploaded image is and whether a hypervisor may safely be given it, from its headers alone. Decides as
 * OpenStack's services do (oslo.utils, {@code imageutils/format_inspector.py}), so that what passes here is not refused
 * when an instance is to boot from it. Where this is stricter, and why, is said in docs/decisions/0016-inspection.md.
 *
 * <p>Not a reader: an image can be recognised here and opaque to {@link mirage.image.ImageFormats}. Each
 * {@link mirage.image.inspect.FormatProbe} looks at a few fixed places of at most 1 MiB in all, allocates no more than
 * that, and follows no reference.
 *
 * <p>May use: {@code bytes}.
 */
@NullMarked
package mirage.image.inspect;

import org.jspecify.annotations.NullMarked;
