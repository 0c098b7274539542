/**
 * The collector of rpm, and readers of the three databases that rpm has kept its headers in: SQLite, ndb, and the hash of
 * Berkeley DB. Each reads only what is needed to see every header once.
 *
 * <p>May use: {@code bytes}, {@code filesystem}, {@code facts.collect}.
 */
@NullMarked
package mirage.facts.rpm;

import org.jspecify.annotations.NullMarked;
