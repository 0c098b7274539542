/**
 * {@code /v2/metadefs} and its schemas: reads requests, asks the rules, calls {@code metadef}, tells of changes, writes answers.
 *
 * <p>May use: {@code metadef}, {@code event}, {@code http}, {@code identity}, {@code policy}.
 */
@NullMarked
package mirage.glance.metadef.api;

import org.jspecify.annotations.NullMarked;
