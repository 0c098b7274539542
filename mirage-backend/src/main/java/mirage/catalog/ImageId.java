package mirage.catalog;

import java.util.regex.Pattern;

/**
 * Names an image for good: the Image API's id, or one that the command line made. Letter case is kept and counts.
 *
 * @param value 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first
 */
public record ImageId(String value) implements Comparable<ImageId> {
    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,63}");

    public ImageId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("image id: " + value);
        }
    }

    public static boolean isValid(String value) {
        return FORM.matcher(value).matches();
    }

    @Override
    public int compareTo(ImageId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
