package mirage.image.inspect;

import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a VMDK that tells its kind and its extents, a line each. Read with mistrust: a line that is none of those
 * that there are makes it wrong.
 *
 * @param createType as the text has it, null when it is missing or longer than any kind there is
 * @param hasParent whether it names an image that it lives on
 * @param wrong why it is not that of a single file, null when it is
 */
record VmdkDescriptor(@Nullable String createType, boolean hasParent, @Nullable String wrong) {
    /** QEMU reads no longer one. */
    static final int MAX_BYTES = (1 << 20) - 1;

    /** How much of a file must be text for all of it to be taken as text. */
    private static final int TEXT_BYTES = 512;

    private static final Pattern CREATE_TYPE =
            Pattern.compile("createtype\\h*=\\h*\"([^\"]{0,63})\"", Pattern.CASE_INSENSITIVE);

    private static final Set<String> VERSIONS = Set.of("version=1", "version=2", "version=3");

    private static final Set<String> ACCESS = Set.of("rw", "rdonly", "noaccess");

    /** Whether an image is nothing but a descriptor. */
    static boolean isAlone(ByteSource image) throws IOException {
        String start = FormatProbe.bytesAt(image, 0, TEXT_BYTES);
        if (start.isEmpty() || !start.chars().allMatch(VmdkDescriptor::isText)) {
            return false;
        }
        String text = text(image, 0, MAX_BYTES);
        return CREATE_TYPE.matcher(text).find() || beginsWithVersion(text);
    }

    /** As QEMU recognises one: the first line that is neither empty nor a comment tells the version. */
    private static boolean beginsWithVersion(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .findFirst()
                .filter(VERSIONS::contains)
                .isPresent();
    }

    /** Reads the one at {@code offset}, which ends with a NUL or after {@code bytes}. */
    static VmdkDescriptor read(ByteSource image, long offset, int bytes) throws IOException {
        String text = text(image, offset, bytes);
        Matcher type = CREATE_TYPE.matcher(text);
        return new VmdkDescriptor(
                type.find() ? type.group(1) : null,
                text.toLowerCase(Locale.ROOT).contains("parentfilenamehint"),
                wrongWith(text.toLowerCase(Locale.ROOT)));
    }

    String typeInLowerCase() {
        return createType == null ? "" : createType.toLowerCase(Locale.ROOT);
    }

    private static @Nullable String wrongWith(String text) {
        if (text.isEmpty() || !text.chars().allMatch(character -> character < 0x80)) {
            return "No descriptor found";
        }
        List<String> extents = new ArrayList<>();
        for (String padded : text.split("\n", -1)) {
            String line = padded.strip();
            if (isExtent(line)) {
                extents.add(line);
            } else if (!isHarmless(line)) {
                return "Invalid VMDK descriptor data";
            }
        }
        if (extents.isEmpty()) {
            return "No extents found";
        }
        // The one extent is this very file, whatever its name was when it was made.
        boolean isThisFile =
                extents.size() == 1
                        && !extents.getFirst().contains("/")
                        && extents.getFirst().contains(" sparse ");
        return isThisFile ? null : "Invalid extent filenames found";
    }

    /** Empty, a comment, an entry of the disk database, or a word, an equals sign and a value. */
    private static boolean isHarmless(String line) {
        int equals = line.indexOf('=');
        return line.isEmpty()
                || line.startsWith("#")
                || line.startsWith("ddb")
                || (equals >= 0 && line.lastIndexOf(' ', equals) < 0);
    }

    private static boolean isExtent(String line) {
        int space = line.indexOf(' ');
        return space > 0 && ACCESS.contains(line.substring(0, space));
    }

    private static String text(ByteSource image, long offset, int bytes) throws IOException {
        String padded = FormatProbe.bytesAt(image, offset, bytes);
        int end = padded.indexOf('\0');
        return end < 0 ? padded : padded.substring(0, end);
    }

    private static boolean isText(int character) {
        return (character >= ' ' && character < 0x7f) || (character >= '\t' && character <= '\r');
    }
}
