package mirage.glance.database;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

/**
 * A database that refuses commits as a cluster of Galera does when another node was faster with the same rows: the
 * transaction is rolled back, and its commit fails with SQLSTATE 40001 (serialization failure).
 */
public final class RefusedCommits implements AutoCloseable {
    private static final String PREFIX = "jdbc:refused-commits:";

    private final Driver driver = new PassingDriver();
    private final AtomicInteger toRefuse = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    public RefusedCommits() throws SQLException {
        DriverManager.registerDriver(driver);
    }

    /** The same database, by way of this. */
    public DatabaseAddress before(DatabaseAddress address) {
        return new DatabaseAddress(
                address.product(),
                PREFIX + address.url().substring("jdbc:".length()),
                address.user(),
                address.password());
    }

    /** Refuses this many commits from now on. */
    public void refuse(int commits) {
        toRefuse.set(commits);
    }

    /** How many were refused. */
    public int refused() {
        return refused.get();
    }

    @Override
    public void close() throws SQLException {
        DriverManager.deregisterDriver(driver);
    }

    private Connection refusing(Connection connection) {
        return (Connection)
                Proxy.newProxyInstance(
                        RefusedCommits.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("commit") && isNextRefused()) {
                                connection.rollback();
                                throw new SQLException("certification failed", "40001");
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException failure) {
                                throw failure.getCause();
                            }
                        });
    }

    private boolean isNextRefused() {
        if (toRefuse.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return false;
        }
        refused.incrementAndGet();
        return true;
    }

    private final class PassingDriver implements Driver {
        @Override
        public @Nullable Connection connect(String url, Properties properties) throws SQLException {
            if (!acceptsURL(url)) {
                return null;
            }
            return refusing(
                    DriverManager.getConnection(
                            "jdbc:" + url.substring(PREFIX.length()), properties));
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith(PREFIX);
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException();
        }
    }
}
