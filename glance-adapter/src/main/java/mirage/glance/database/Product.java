package mirage.glance.database;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;

/** The databases that are known, and all in which they differ. */
public enum Product {
    /**
     * Embedded, in one file of the data directory. Texts compare by their UTF-16 units: as by their bytes, but that
     * characters beyond U+FFFF come before those from U+E000 on.
     */
    H2(""),
    /**
     * Also behind Galera. Texts compare byte by byte, so that an order by name is the same everywhere, names that
     * differ in case are two names, and blanks at the end count.
     */
    MARIADB("CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"),
    /** Texts compare byte by byte here too. */
    POSTGRESQL("COLLATE \"C\"");

    /** That of the bytes in UTF-8, which is the order of code points. */
    public static final Comparator<String> BY_BYTES =
            (left, right) ->
                    Arrays.compareUnsigned(
                            left.getBytes(StandardCharsets.UTF_8),
                            right.getBytes(StandardCharsets.UTF_8));

    private final String bytewise;

    Product(String bytewise) {
        this.bytewise = bytewise;
    }

    /** What the migrations write differently for each, by the name that they call it. */
    Map<String, String> placeholders() {
        // A long text of MariaDB would have the collation of the database, which takes "a" for "A".
        String text = this == MARIADB ? "LONGTEXT " + bytewise : "TEXT";
        return Map.of("bytewise", bytewise, "text", text);
    }

    /**
     * Whether an index serves an order only when the order names all its columns, those too that the conditions fix to
     * one value. The servers know that such columns change nothing; MariaDB, when they are named, no longer does.
     */
    public boolean ordersByFixedColumns() {
        return this == H2;
    }

    /** The order in which it sorts texts. */
    public Comparator<String> textOrder() {
        return this == H2 ? Comparator.naturalOrder() : BY_BYTES;
    }
}
