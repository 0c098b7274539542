/**
 * Black-box tests of Mirage as its users meet it: the launcher, the {@code openstack} command, HTTP, the kernel's own
 * view of the files in an image. They use nothing of the product's classes.
 */
@NullMarked
package mirage.conformance;

import org.jspecify.annotations.NullMarked;
