package mirage.glance.database;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where a database is and as whom to use it.
 *
 * @param url for JDBC, without secrets
 */
public record DatabaseAddress(Product product, String url, String user, String password) {
    /** Parameters of SQLAlchemy that JDBC drivers have no use for: text is Unicode here anyway. */
    private static final Set<String> IGNORED = Set.of("charset", "plugin", "read_timeout");

    /** The embedded database in a file, given without its suffix. */
    public static DatabaseAddress embedded(Path file) {
        return new DatabaseAddress(
                Product.H2,
                "jdbc:h2:file:" + file.toAbsolutePath() + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE",
                "mirage",
                "");
    }

    /**
     * Reads an address as OpenStack's services have it in their option {@code [database] connection}, such as
     * {@code mysql+pymysql://glance:secret@db.example:3306/glance?charset=utf8} or {@code postgresql://…}.
     *
     * @throws IllegalArgumentException for another one; the message shows no password
     */
    public static DatabaseAddress parse(String connection) {
        URI uri;
        try {
            uri = new URI(connection);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(
                    "not an address of the form mysql+pymysql://USER:PASSWORD@HOST/DATABASE");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().split("\\+", 2)[0];
        Product product =
                switch (scheme) {
                    case "mysql", "mariadb" -> Product.MARIADB;
                    case "postgresql", "postgres" -> Product.POSTGRESQL;
                    default ->
                            throw new IllegalArgumentException(
                                    "a database of kind mysql, mariadb or postgresql was expected,"
                                            + " found \""
                                            + scheme
                                            + "\"");
                };
        if (uri.getHost() == null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException(
                    "the address of a database names a host and a database");
        }
        String[] credentials =
                uri.getRawUserInfo() == null
                        ? new String[] {""}
                        : uri.getRawUserInfo().split(":", 2);
        return new DatabaseAddress(
                product,
                "jdbc:"
                        + (product == Product.MARIADB ? "mariadb" : "postgresql")
                        + "://"
                        + uri.getHost()
                        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                        + uri.getRawPath()
                        + parameters(uri.getRawQuery()),
                decoded(credentials[0]),
                credentials.length < 2 ? "" : decoded(credentials[1]));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return url + " as " + user;
    }

    private static String parameters(@Nullable String query) {
        List<String> kept = new ArrayList<>();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            if (!IGNORED.contains(parameter.split("=", 2)[0])) {
                kept.add(parameter);
            }
        }
        return kept.isEmpty() ? "" : "?" + String.join("&", kept);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
