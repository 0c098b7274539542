/**
 * Reading from addresses on the web that clients name, without letting them reach what only this service can reach.
 *
 * <p>May use: nothing of Mirage.
 */
@NullMarked
package mirage.glance.web;

import org.jspecify.annotations.NullMarked;
