package mirage.ingest;

import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a spool: {@code IMAGE@NODE@NUMBER}. No other spool has the name, ever, so whoever removes one removes nobody
 * else's, whatever was deleted and stored again meanwhile. Before there were nodes, the name was the image's id: those
 * are the default node's.
 *
 * @param image that it is of
 * @param node that takes it apart
 * @param number 16 hexadecimal digits, random; empty in a name from before there were nodes
 */
public record SpoolName(ImageId image, String node, String number) {
    /** The node of a library that one process works on. */
    public static final String DEFAULT_NODE = "default";

    private static final Pattern NODE = Pattern.compile("[0-9a-z][0-9a-z-]{0,39}");
    private static final Pattern FORM = Pattern.compile("([^@]+)@([^@]+)@([0-9a-f]{16})");
    private static final SecureRandom RANDOM = new SecureRandom();

    public SpoolName {
        if (!isNode(node)) {
            throw new IllegalArgumentException("spool of node \"" + node + "\"");
        }
    }

    /** Whether a text can be the name of a node: 1 to 40 lower-case letters, digits and dashes. */
    public static boolean isNode(String text) {
        return NODE.matcher(text).matches();
    }

    static SpoolName next(ImageId image, String node) {
        return new SpoolName(image, node, HexFormat.of().toHexDigits(RANDOM.nextLong()));
    }

    /**
     * The spool that an entry of a spooled image names.
     *
     * @throws CorruptBlobException when that is no name of ours
     */
    public static SpoolName of(CatalogEntry entry) throws CorruptBlobException {
        String spool = String.valueOf(entry.spool());
        SpoolName name = parse(spool);
        if (name == null) {
            throw new CorruptBlobException(
                    "catalog entry of image " + entry.image(),
                    0,
                    "name of a spool expected, found " + spool);
        }
        return name;
    }

    /** Null when it is not the name of a spool. */
    static @Nullable SpoolName parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (parts.matches() && ImageId.isValid(parts.group(1)) && isNode(parts.group(2))) {
            return new SpoolName(new ImageId(parts.group(1)), parts.group(2), parts.group(3));
        }
        return ImageId.isValid(text) ? new SpoolName(new ImageId(text), DEFAULT_NODE, "") : null;
    }

    @Override
    public String toString() {
        return number.isEmpty() ? image.value() : image + "@" + node + "@" + number;
    }
}
