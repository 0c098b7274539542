/**
 * Nova's folder of bases, {@code INSTANCES/_base}, as the libvirt driver keeps it (nova/virt/libvirt/imagebackend.py and
 * imagecache.py, the same from Victoria to Zed and after): a base has the SHA-1 of the image's id as its name, is the raw
 * disk ({@code force_raw_images}, the default), and is made, used and removed under a lock of its name.
 *
 * <pre>
 *   INSTANCES/_base/SHA1                  the base; complete when it has its name
 *   INSTANCES/_base/.mirage-SHA1.N        ours under way; Nova does not look at such names
 *   INSTANCES/locks/nova-SHA1             the lock: a POSIX record lock on all of the file (fasteners, by lockf)
 * </pre>
 *
 * <p>May use: {@code hold}, views of {@code deploy}, {@code bytes}; ids of {@code mirage.catalog}; {@code
 * mirage.image.inspect}.
 */
@NullMarked
package mirage.agent.nova;

import org.jspecify.annotations.NullMarked;
