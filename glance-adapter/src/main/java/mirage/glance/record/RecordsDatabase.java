package mirage.glance.record;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import io.micrometer.core.instrument.binder.MeterBinder;

import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The embedded database of image records, in one file. All that is special to H2 is here.
 *
 * <p>Durability. H2 by itself writes a commit up to 500 ms late. {@code WRITE_DELAY=0} makes a commit write its pages
 * before it returns, which survives the end of the process; {@link #makeDurable} then forces them to the disk, which
 * survives the end of the machine.
 */
final class RecordsDatabase implements AutoCloseable {
    /** Flyway holds one connection while it asks for another. */
    private static final int CONNECTIONS = 8;

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(30);
    private static final int DATABASE_ALREADY_OPEN = 90020;

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private RecordsDatabase(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    /**
     * Opens the database, making or migrating its tables.
     *
     * @param file path of the database without its suffix
     * @throws IOException when it cannot be opened, such as when another process has it
     */
    static RecordsDatabase open(Path file) throws IOException {
        HikariConfig config = new HikariConfig();
        config.setPoolName("records");
        config.setJdbcUrl(
                "jdbc:h2:file:" + file.toAbsolutePath() + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        config.setUsername("mirage");
        config.setPassword("");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (RuntimeException failure) {
            throw new IOException(reason(file, failure), failure);
        }
        try {
            Flyway.configure(RecordsDatabase.class.getClassLoader())
                    .dataSource(pool)
                    .locations("classpath:mirage/glance/record/migration")
                    .load()
                    .migrate();
            return new RecordsDatabase(pool);
        } catch (RuntimeException failure) {
            pool.close();
            throw new IOException(
                    "the image records in " + file + ": " + failure.getMessage(), failure);
        }
    }

    Jdbi jdbi() {
        return jdbi;
    }

    /** What the pool tells of its connections: hikaricp_connections_*. */
    MeterBinder meters() {
        return pool::setMetricRegistry;
    }

    /** Returns when all that was committed is on the disk. */
    void makeDurable() {
        jdbi.useHandle(handle -> handle.execute("CHECKPOINT SYNC"));
    }

    /** H2 closes a database with its last connection. */
    @Override
    public void close() {
        pool.close();
    }

    private static String reason(Path file, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getErrorCode() == DATABASE_ALREADY_OPEN) {
                return "the image records in " + file + " are in use by another process";
            }
        }
        return "the image records in " + file + " cannot be opened: " + failure.getMessage();
    }
}
