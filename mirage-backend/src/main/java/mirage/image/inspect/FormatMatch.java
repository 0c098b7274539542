package mirage.image.inspect;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A format that bytes claim to be of.
 *
 * @param format as the Image API writes it, or {@code qed}, {@code gpt}, {@code luks}, which it does not know by itself
 * @param subformat as the image names it, such as {@code streamOptimized}; null where the format has none
 * @param virtualSize of the guest's disk in bytes, null when the header does not tell
 * @param failures of the checks that the format has; empty for an image that is safe
 */
public record FormatMatch(
        String format,
        @Nullable String subformat,
        @Nullable Long virtualSize,
        List<SafetyFailure> failures) {
    public FormatMatch {
        if (virtualSize != null && virtualSize < 0) {
            throw new IllegalArgumentException("virtual size " + virtualSize);
        }
        failures = List.copyOf(failures);
    }

    static FormatMatch of(String format, @Nullable Long virtualSize, List<SafetyFailure> failures) {
        return new FormatMatch(format, null, virtualSize, failures);
    }

    static FormatMatch unsafe(String format, String check, String message) {
        return of(format, null, List.of(new SafetyFailure(check, message)));
    }

    /** Whether every check passed. */
    public boolean isSafe() {
        return failures.isEmpty();
    }
}
