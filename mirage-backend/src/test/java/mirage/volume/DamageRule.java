package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a disk that breaks one rule gives.
 *
 * @param name of the disk
 * @param volumes each with its use, its place, or "?" for none; at most ten
 * @param warning the first of them, or a part of it; empty when there is none
 */
public record DamageRule(String name, String volumes, String warning) {
    private static final int SHOWN = 10;

    /** Of arrays, which differ when the disks are made anew; the rules say UUID. */
    private static final Pattern ARRAY_ID = Pattern.compile("[0-9a-f]{8}(:[0-9a-f]{8}){3}");

    @Override
    public String toString() {
        return name;
    }

    public void check(byte[] disk) throws IOException {
        Warnings warnings = new Warnings();
        List<FoundVolume> found = VolumeChecks.find(ByteSources.of(disk), warnings);
        assertThat(withoutIds(describe(found))).isEqualTo(volumes);
        assertThat(warnings.messages().isEmpty()).isEqualTo(warning.isEmpty());
        if (!warning.isEmpty()) {
            assertThat(withoutIds(warnings.messages().getFirst())).contains(warning);
        }
    }

    private static String withoutIds(String text) {
        return ARRAY_ID.matcher(text).replaceAll("UUID");
    }

    private static String describe(List<FoundVolume> found) {
        List<String> texts = new ArrayList<>();
        for (FoundVolume one : found.subList(0, Math.min(SHOWN, found.size()))) {
            texts.add(one.volume().id() + "=" + describe(one));
        }
        if (found.size() > SHOWN) {
            texts.add("and " + (found.size() - SHOWN) + " more");
        }
        return String.join(" ", texts);
    }

    private static String describe(FoundVolume found) {
        Volume volume = found.volume();
        if (!found.use().isEmpty()) {
            return found.use();
        }
        if (!volume.isPlaced()) {
            return "?";
        }
        return volume.isRange()
                ? volume.offset() + "+" + volume.length()
                : volume.map().runCount() + " runs of " + volume.length();
    }
}
