package mirage.glance.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import io.micrometer.core.instrument.binder.MeterBinder;

import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A database with Mirage's tables. Safe for use by many threads.
 *
 * <p>Durability. A server's commit is durable by itself. H2 writes a commit up to 500 ms late: {@code WRITE_DELAY=0}
 * makes it write its pages before it returns, which survives the end of the process, and a checkpoint then forces them
 * to the disk, which survives the end of the machine.
 *
 * <p>Conflicts. A server may end a transaction because it met another one: a deadlock, or, with Galera, a commit that
 * another node was faster with. Nothing of it was done then, and it is tried again; so what runs in a transaction must
 * have no effect but on the database.
 *
 * <p>H2 makes one change at a time. When a transaction is rolled back while others wait for a row of it, H2 (2.3 to 2.5
 * at least) may lose what the next one commits. A server's changes are concurrent.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** Flyway holds one connection while it asks for another. */
    public static final int DEFAULT_CONNECTIONS = 8;

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 10;
    private static final int LONGEST_PAUSE_MILLIS = 200;

    private static final int H2_ALREADY_OPEN = 90020;
    private static final int H2_LOCK_TIMEOUT = 50200;
    private static final int MARIADB_LOCK_TIMEOUT = 1205;

    /** Where an operator limited the time to wait; without that it waits for ever. */
    private static final String POSTGRESQL_LOCK_TIMEOUT = "55P03";

    private final Product product;
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    /** Held by a change of H2, from its begin to its commit or rollback. */
    private final Lock changing = new ReentrantLock();

    private Database(Product product, HikariDataSource pool) {
        this.product = product;
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    /** Opens a database with the usual number of connections. */
    public static Database open(DatabaseAddress address) throws IOException {
        return open(address, DEFAULT_CONNECTIONS);
    }

    /**
     * Opens a database, making or migrating its tables.
     *
     * @param connections how many it uses at the most, 2 or more
     * @throws IOException when it cannot be opened, such as when another process has the embedded one
     */
    public static Database open(DatabaseAddress address, int connections) throws IOException {
        HikariConfig config = new HikariConfig();
        config.setPoolName("records");
        config.setJdbcUrl(address.url());
        config.setUsername(address.user());
        config.setPassword(address.password());
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
        if (address.product() != Product.H2) {
            // What was committed meanwhile is seen by the next statement, as H2 has it too.
            config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        }
        if (address.product() == Product.MARIADB) {
            // It is told the text of a statement once in a connection, and not at each use.
            config.addDataSourceProperty("useServerPrepStmts", "true");
        }
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (RuntimeException failure) {
            throw new IOException(reason(address, failure), failure);
        }
        try {
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(pool)
                    .locations("classpath:mirage/glance/database/migration")
                    .placeholders(address.product().placeholders())
                    .load()
                    .migrate();
            return new Database(address.product(), pool);
        } catch (RuntimeException failure) {
            pool.close();
            throw new IOException(
                    "the records in " + address + ": " + failure.getMessage(), failure);
        }
    }

    public Product product() {
        return product;
    }

    /** What the pool tells of its connections: {@code hikaricp_connections_*}. */
    public MeterBinder meters() {
        return pool::setMetricRegistry;
    }

    /** Reads with several statements what was there at one moment. */
    public <T, X extends Exception> T readAtOnce(HandleCallback<T, X> query) throws X {
        return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, query);
    }

    /** Reads, outside of a transaction: each statement sees what was committed before it. */
    public <T, X extends Exception> T read(HandleCallback<T, X> query) throws X {
        return jdbi.withHandle(query);
    }

    /** Makes something of the rows that a query gives. */
    @FunctionalInterface
    public interface RowsReader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /** Asks with JDBC alone: of a short query, JDBI would take the larger share of the time. */
    public static <T> T ask(Handle handle, String query, List<?> arguments, RowsReader<T> reader) {
        try (PreparedStatement statement = handle.getConnection().prepareStatement(query)) {
            for (int i = 0; i < arguments.size(); i++) {
                statement.setObject(i + 1, arguments.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return reader.read(rows);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("the database does not answer " + query, failure);
        }
    }

    /**
     * Changes the database in a transaction, durable when this returns. What the change throws undoes it and is passed
     * on.
     *
     * @param change may run several times
     */
    public <T, X extends Exception> T change(HandleCallback<T, X> change) throws X {
        for (int attempt = 1; ; attempt++) {
            try {
                T result = product == Product.H2 ? changeAlone(change) : changeOnce(change);
                makeDurable();
                return result;
            } catch (RuntimeException failure) {
                if (attempt == ATTEMPTS || !isConflict(failure)) {
                    throw failure;
                }
                LOG.debug("transaction met another one, attempt {}", attempt, failure);
                pause();
            }
        }
    }

    private <T, X extends Exception> T changeAlone(HandleCallback<T, X> change) throws X {
        changing.lock();
        try {
            return changeOnce(change);
        } finally {
            changing.unlock();
        }
    }

    private <T, X extends Exception> T changeOnce(HandleCallback<T, X> change) throws X {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, change);
    }

    /** Whether a statement failed because a row of that key is there, or one that it refers to is not. */
    public static boolean isIntegrityViolation(Throwable failure) {
        SQLException sql = sqlCause(failure);
        return sql != null && String.valueOf(sql.getSQLState()).startsWith("23");
    }

    /** H2 closes a database with its last connection. */
    @Override
    public void close() {
        pool.close();
    }

    private void makeDurable() {
        if (product == Product.H2) {
            jdbi.useHandle(handle -> handle.execute("CHECKPOINT SYNC"));
        }
    }

    private static boolean isConflict(Throwable failure) {
        SQLException sql = sqlCause(failure);
        if (sql == null) {
            return false;
        }
        String state = String.valueOf(sql.getSQLState());
        // Class 40 is "transaction rollback": MariaDB's deadlocks and failed certifications,
        // PostgreSQL's too.
        return state.startsWith("40")
                || state.equals(POSTGRESQL_LOCK_TIMEOUT)
                || sql.getErrorCode() == H2_LOCK_TIMEOUT
                || sql.getErrorCode() == MARIADB_LOCK_TIMEOUT;
    }

    private static @Nullable SQLException sqlCause(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS) + 1L);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(DatabaseAddress address, RuntimeException failure) {
        SQLException sql = sqlCause(failure);
        return sql != null && sql.getErrorCode() == H2_ALREADY_OPEN
                ? "the records in "
                        + address
                        + " are in use by another process, and are for one: stop it first"
                : "the records in " + address + " cannot be opened: " + failure.getMessage();
    }
}
