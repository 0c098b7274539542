/**
 * The SQL database that records are kept in: the embedded one or a server, its pool, its tables, and transactions that
 * are tried again when the database asks for it. Knows nothing of what is kept.
 *
 * <p>May use: nothing of Mirage.
 */
@NullMarked
package mirage.glance.database;

import org.jspecify.annotations.NullMarked;
