package mirage.volume.lvm;

import mirage.bytes.FormatException;
import mirage.volume.lvm.ConfigValue.Items;
import mirage.volume.lvm.ConfigValue.Number;
import mirage.volume.lvm.ConfigValue.Section;
import mirage.volume.lvm.ConfigValue.Text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A segment of a logical volume.
 *
 * @param type as {@code lvs} shows it: {@code linear} of one stripe
 * @param start its first extent in the logical volume
 * @param extentCount greater than 0
 * @param stripeBytes how much lies in a stripe before the next; greater than 0
 * @param stripes where it lies, when it lies on physical volumes; empty otherwise
 * @param legs of a mirror, the names of the logical volumes that each have all of it; empty otherwise
 */
record Segment(
        String type,
        long start,
        long extentCount,
        long stripeBytes,
        List<Stripe> stripes,
        List<String> legs) {
    private static final int SECTOR = 512;
    private static final int MAX_SEGMENTS = 65_536;
    private static final int MAX_STRIPES = 128;
    private static final long MAX_STRIPE_SECTORS = 1L << 32;
    private static final Set<String> MIRRORS = Set.of("raid1", "mirror");

    /** Where a stripe begins. */
    record Stripe(String member, long firstExtent) {}

    boolean isStriped() {
        return !stripes.isEmpty();
    }

    boolean isMirror() {
        return !legs.isEmpty();
    }

    long end() {
        return start + extentCount;
    }

    /** All segments of a logical volume, each of which begins where the one before it ends. */
    static List<Segment> of(Section volume) throws FormatException {
        int count = (int) volume.number("segment_count", 1, MAX_SEGMENTS);
        List<Segment> segments = new ArrayList<>();
        long end = 0;
        for (int i = 1; i <= count; i++) {
            Section section = volume.section("segment" + i);
            if (section == null) {
                throw new FormatException(
                        "segment " + i + " of " + count + " is missing in the text");
            }
            Segment segment = parse(section);
            if (segment.start != end) {
                throw new FormatException(
                        "segment " + i + " begins at " + segment.start + " and not at " + end);
            }
            end = segment.end();
            segments.add(segment);
        }
        return segments;
    }

    private static Segment parse(Section section) throws FormatException {
        String type = section.text("type");
        boolean isStriped = type.equals("striped");
        List<Stripe> stripes = isStriped ? stripes(section) : List.of();
        return new Segment(
                stripes.size() == 1 ? "linear" : type,
                section.number("start_extent", 0, Long.MAX_VALUE / 2),
                section.number("extent_count", 1, Long.MAX_VALUE / 2),
                stripes.size() > 1
                        ? section.number("stripe_size", 1, MAX_STRIPE_SECTORS) * SECTOR
                        : SECTOR,
                stripes,
                MIRRORS.contains(type) ? legs(section, type) : List.of());
    }

    private static List<Stripe> stripes(Section section) throws FormatException {
        List<ConfigValue> items = section.items("stripes");
        if (items.isEmpty() || items.size() % 2 != 0 || items.size() > 2 * MAX_STRIPES) {
            throw new FormatException("stripes: a list of " + items.size() + " values");
        }
        List<Stripe> stripes = new ArrayList<>();
        for (int i = 0; i < items.size(); i += 2) {
            if (!(items.get(i) instanceof Text(String member)
                    && items.get(i + 1) instanceof Number(long first)
                    && first >= 0)) {
                throw new FormatException("stripes: a name and a number expected at " + i);
            }
            stripes.add(new Stripe(member, first));
        }
        return stripes;
    }

    /** Of raid1 metadata and image in turn, of mirrors an image and its first extent in turn. */
    private static List<String> legs(Section section, String type) {
        boolean isRaid = type.equals("raid1");
        List<String> legs = new ArrayList<>();
        if (section.values().get(isRaid ? "raids" : "mirrors")
                instanceof Items(List<ConfigValue> items)) {
            for (int i = isRaid ? 1 : 0; i < Math.min(items.size(), 2 * MAX_STRIPES); i += 2) {
                if (items.get(i) instanceof Text(String name)) {
                    legs.add(name);
                }
            }
        }
        return legs;
    }
}
