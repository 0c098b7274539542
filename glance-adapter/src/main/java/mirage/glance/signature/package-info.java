/**
 * Signatures of images: an owner says in four properties of an image how its bytes are signed, and only bytes that this
 * signature fits become the image's. Nova and Cinder look at the same properties when they have read the image. The
 * properties, and what they mean, are those of OpenStack's library cursive.
 *
 * <p>May use: {@code transfer} for what is demanded of bytes, {@code record}, {@code store}, {@code http} for refusals,
 * and {@code identity.keystone} for the key manager.
 */
@NullMarked
package mirage.glance.signature;

import org.jspecify.annotations.NullMarked;
