package mirage.glance.database;

import java.util.Map;

/** The databases that are known, and all in which they differ. */
public enum Product {
    /** Embedded, in one file of the data directory. */
    H2(""),
    /**
     * Also behind Galera. Texts compare byte by byte, so that an order by name is the same everywhere, names that
     * differ in case are two names, and blanks at the end count.
     */
    MARIADB("CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"),
    /** Texts compare byte by byte here too. */
    POSTGRESQL("COLLATE \"C\"");

    private final String bytewise;

    Product(String bytewise) {
        this.bytewise = bytewise;
    }

    /** What the migrations write differently for each, by the name that they call it. */
    Map<String, String> placeholders() {
        return Map.of("bytewise", bytewise, "text", this == MARIADB ? "LONGTEXT" : "TEXT");
    }
}
