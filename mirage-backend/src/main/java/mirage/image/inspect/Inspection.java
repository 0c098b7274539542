package mirage.image.inspect;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@link ImageInspector} found.
 *
 * @param size of the image in bytes
 * @param matches every format whose magic is there, in no order that means anything; empty for raw bytes
 */
public record Inspection(long size, List<FormatMatch> matches) {
    /** Name of bytes without a format. */
    public static final String RAW = "raw";

    private static final Set<String> HYBRID_DISC = Set.of(IsoProbe.ISO, GptProbe.GPT);
    private static final Set<String> FIXED_DISK = Set.of(VhdProbe.VHD, GptProbe.GPT);

    public Inspection {
        matches = List.copyOf(matches);
    }

    /**
     * The one format that the image is of; null when it claims to be of several, so that who looks at one header could
     * be deceived by another. Two pairs are no deception: a disc that also boots from a USB stick is iso and has a
     * partition table, and counts as iso; a VHD of fixed size begins with the disk itself, which may have one too.
     */
    public @Nullable FormatMatch decided() {
        if (matches.isEmpty()) {
            return FormatMatch.of(RAW, size, List.of());
        }
        if (matches.size() == 1) {
            return matches.getFirst();
        }
        if (formats().equals(HYBRID_DISC)) {
            return match(IsoProbe.ISO);
        }
        return formats().equals(FIXED_DISK) ? match(VhdProbe.VHD) : null;
    }

    /** What was found of a format, null when the image does not claim to be of it. */
    public @Nullable FormatMatch match(String format) {
        for (FormatMatch match : matches) {
            if (match.format().equals(format)) {
                return match;
            }
        }
        return null;
    }

    /** Names of all that it claims to be, without {@link #RAW}. */
    public Set<String> formats() {
        return matches.stream().map(FormatMatch::format).collect(Collectors.toUnmodifiableSet());
    }
}
