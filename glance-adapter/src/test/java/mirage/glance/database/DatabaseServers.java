package mirage.glance.database;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A database server of the machine's packages, started for a test: on a free port of 127.0.0.1, with its data in a
 * temporary folder that goes with it. As root it runs as the user whom its package made, since none of them runs as
 * root. What it answers by default suits Mirage as little as it may: texts that compare without regard to case.
 */
public final class DatabaseServers implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration END = Duration.ofSeconds(30);
    private static final String USER = "mirage";
    private static final String PASSWORD = "secret";

    private final Product product;
    private final Path folder;
    private final Process process;
    private final int port;
    private final AtomicInteger databases = new AtomicInteger();

    private DatabaseServers(Product product, Path folder, Process process, int port) {
        this.product = product;
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /** Starts the MariaDB of the package mariadb-server. */
    public static DatabaseServers mariaDb() throws IOException, InterruptedException {
        Path folder = newFolder("mysql");
        Path data = folder.resolve("data");
        Path init = folder.resolve("init.sql");
        Files.write(
                init,
                List.of(
                        "CREATE USER " + USER + "@'%' IDENTIFIED BY '" + PASSWORD + "';",
                        "GRANT ALL ON *.* TO " + USER + "@'%';"));
        List<String> install =
                new ArrayList<>(
                        List.of(
                                program("mariadb-install-db", "mariadb-server", "/usr/bin"),
                                "--no-defaults",
                                "--datadir=" + data,
                                "--auth-root-authentication-method=normal",
                                "--skip-test-db"));
        int port = freePort();
        List<String> serve =
                new ArrayList<>(
                        List.of(
                                program("mariadbd", "mariadb-server", "/usr/sbin"),
                                "--no-defaults",
                                "--datadir=" + data,
                                "--bind-address=127.0.0.1",
                                "--port=" + port,
                                "--socket=" + folder.resolve("socket"),
                                "--pid-file=" + folder.resolve("pid"),
                                "--init-file=" + init,
                                "--skip-name-resolve",
                                "--character-set-server=utf8mb4",
                                "--collation-server=utf8mb4_general_ci",
                                // Nothing here has to survive the machine.
                                "--innodb-flush-log-at-trx-commit=0"));
        if (isRoot()) {
            install.add("--user=mysql");
            serve.add("--user=mysql");
        }
        run(folder, install);
        return started(Product.MARIADB, folder, serve, port);
    }

    /** Starts the PostgreSQL of the package postgresql. */
    public static DatabaseServers postgreSql() throws IOException, InterruptedException {
        Path folder = newFolder("postgres");
        Path data = folder.resolve("data");
        String programs = newestPostgreSql();
        List<String> install =
                List.of(
                        program("initdb", "postgresql", programs),
                        "--pgdata=" + data,
                        "--username=" + USER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--locale-provider=icu",
                        "--icu-locale=en-US",
                        "--no-sync");
        int port = freePort();
        List<String> serve =
                List.of(
                        program("postgres", "postgresql", programs),
                        "-D",
                        data.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(port),
                        "-k",
                        "",
                        "-F");
        run(folder, asUser("postgres", install));
        return started(Product.POSTGRESQL, folder, asUser("postgres", serve), port);
    }

    /** A database with nothing in it, by the address that an operator would write. */
    public String newConnection() throws SQLException {
        String name = "test" + databases.incrementAndGet();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        String scheme = product == Product.MARIADB ? "mysql+pymysql" : "postgresql";
        return "%s://%s:%s@127.0.0.1:%d/%s".formatted(scheme, USER, PASSWORD, port, name);
    }

    /** A database with nothing in it. */
    public DatabaseAddress newDatabase() throws SQLException {
        return DatabaseAddress.parse(newConnection());
    }

    /** Ends the server and removes its data. */
    @Override
    public void close() throws IOException {
        try {
            // PostgreSQL waits for its clients at SIGTERM, but not at SIGINT; MariaDB knows SIGTERM
            // only.
            signal(product == Product.POSTGRESQL ? "INT" : "TERM");
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(product + " did not end: " + log(folder));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            delete(folder);
        }
    }

    private static DatabaseServers started(
            Product product, Path folder, List<String> command, int port)
            throws IOException, InterruptedException {
        Process process = builder(folder, command).start();
        DatabaseServers server = new DatabaseServers(product, folder, process, port);
        long deadline = System.nanoTime() + START.toNanos();
        while (!server.answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String log = log(folder);
                process.destroyForcibly().waitFor();
                delete(folder);
                throw new AssertionError(product + " did not start: " + log);
            }
            Thread.sleep(100);
        }
        return server;
    }

    private boolean answers() {
        try (Connection connection = connect()) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    private Connection connect() throws SQLException {
        String url =
                product == Product.MARIADB
                        ? "jdbc:mariadb://127.0.0.1:" + port + "/"
                        : "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        return DriverManager.getConnection(url, USER, PASSWORD);
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-s", name, String.valueOf(process.pid())).start().waitFor();
    }

    /** setpriv becomes the program: the child is the server itself. */
    private static List<String> asUser(String user, List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> whole =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
        whole.addAll(command);
        return whole;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static String program(String name, String packageName, String folder) {
        Path program = Path.of(folder, name);
        if (!Files.isExecutable(program)) {
            throw new AssertionError(
                    "no " + program + " on this machine: apt-get install " + packageName);
        }
        return program.toString();
    }

    private static String newestPostgreSql() throws IOException {
        Path all = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(all)) {
            throw new AssertionError("no " + all + " on this machine: apt-get install postgresql");
        }
        try (Stream<Path> versions = Files.list(all)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new AssertionError("no server below " + all))
                    .toString();
        }
    }

    private static Path newFolder(String user) throws IOException {
        Path folder = Files.createTempDirectory("mirage-" + user);
        if (isRoot()) {
            Files.setOwner(
                    folder,
                    folder.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user));
        }
        return folder;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(Path folder, List<String> command)
            throws IOException, InterruptedException {
        Process process = builder(folder, command).start();
        if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(command + " failed: " + log(folder));
        }
    }

    private static ProcessBuilder builder(Path folder, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    private static String log(Path folder) {
        try {
            String log = Files.readString(folder.resolve("log"));
            return log.substring(Math.max(0, log.length() - 4000));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException failure) throws IOException {
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
