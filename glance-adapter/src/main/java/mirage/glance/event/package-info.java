/**
 * What happens to images, members, tasks and metadata definitions, as Glance's notifications tell it: which event, and key by key what it says.
 * Most events are changes of records, so most of this is wrapped around the records.
 *
 * <p>May use: {@code notification}, {@code metadef}, {@code record}, {@code store}, {@code transfer}, {@code http} for the bytes that are
 * sent, {@code identity} for who gets them, and the ids of the library.
 */
@NullMarked
package mirage.glance.event;

import org.jspecify.annotations.NullMarked;
