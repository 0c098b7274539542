/**
 * Whole images kept ready on a disk of this machine, for who would rather read a file than have the image put together
 * again: stores on a slow network, images on the web. What administrators see and steer through the cache calls of the
 * Image API.
 *
 * <p>May use: {@code store} for the bytes, and of the library the image's id.
 */
@NullMarked
package mirage.glance.cache;

import org.jspecify.annotations.NullMarked;
