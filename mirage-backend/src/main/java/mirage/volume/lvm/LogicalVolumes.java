package mirage.volume.lvm;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.volume.PieceMap;
import mirage.volume.PieceMap.Column;
import mirage.volume.Volume;
import mirage.volume.lvm.ConfigValue.Section;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The logical volumes of one group that a guest would see. Those whose segments lie on physical volumes of this disk, and
 * mirrors of such, are put together; all others are named, with a warning, and have no place: thin volumes, caches,
 * snapshots, parities, and what lies on a physical volume that is not here. A snapshot's origin is read as it is now.
 */
final class LogicalVolumes {
    /** Many mirrors may name one leg of many segments. */
    private static final int MAX_PIECES = 1 << 20;

    private final VolumeGroup group;
    private final Map<String, PhysicalVolume> physical;
    private final PieceMap.RunBudget runs;
    private final Warnings warnings;

    /** Bytes that are in use, by the volume that they are in: they have one owner, in all groups of a disk. */
    private final Map<String, Ranges> used;

    /** Volumes that keep what others had: no device of their own, whatever their segments say. */
    private final Map<String, String> snapshots = new HashMap<>();

    private final Map<String, List<Segment>> segmentsOfLegs = new HashMap<>();
    private int pieceBudget = MAX_PIECES;

    LogicalVolumes(
            VolumeGroup group,
            Map<String, PhysicalVolume> physical,
            Map<String, Ranges> used,
            PieceMap.RunBudget runs,
            Warnings warnings) {
        this.group = group;
        this.physical = physical;
        this.used = used;
        this.runs = runs;
        this.warnings = warnings;
    }

    List<Volume> find() {
        group.volumes().values().forEach(this::noteSnapshot);
        List<Volume> volumes = new ArrayList<>();
        group.volumes()
                .forEach((name, section) -> {
                    if (isShown(name, section)) {
                        Volume volume = volume(name, section);
                        if (volume != null) {
                            volumes.add(volume);
                        }
                    }
                });
        return volumes;
    }

    private static boolean isVisible(Section volume) {
        try {
            return volume.items("status").contains(new ConfigValue.Text("VISIBLE"));
        } catch (FormatException withoutStatus) {
            return false;
        }
    }

    /** What the text calls visible; of a snapshot the volume that keeps its content, not what ties that to its origin. */
    private boolean isShown(String name, Section section) {
        return !tiesSnapshot(section) && (isVisible(section) || snapshots.containsKey(name));
    }

    private static boolean tiesSnapshot(Section volume) {
        Section segment = volume.section("segment1");
        return segment != null && segment.textOrEmpty("type").equals("snapshot");
    }

    private void noteSnapshot(Section volume) {
        Section segment = volume.section("segment1");
        if (segment != null && tiesSnapshot(volume)) {
            if (segment.values().get("cow_store") instanceof ConfigValue.Text store) {
                snapshots.put(store.text(), "snapshot");
            }
            if (segment.values().get("merging_store") instanceof ConfigValue.Text
                    && segment.values().get("origin") instanceof ConfigValue.Text origin) {
                snapshots.put(origin.text(), "snapshot-origin that is being merged");
            }
        }
    }

    private @Nullable Volume volume(String name, Section section) {
        String id = group.name() + "/" + name;
        String type = "";
        long length = 0;
        ExtentMap map = ExtentMap.EMPTY;
        try {
            List<Segment> segments = Segment.of(section);
            type = Objects.requireNonNullElse(snapshots.get(name), segments.getFirst().type());
            length = Math.multiplyExact(segments.getLast().end(), group.extentBytes());
            if (snapshots.containsKey(name)) {
                throw new FormatException(type + " is not read");
            }
            map = place(segments);
        } catch (FormatException e) {
            warnings.add("logical volume " + id + " is not put together: " + e.getMessage());
        } catch (ArithmeticException e) {
            warnings.add("logical volume " + id + " is longer than a disk can be");
        }
        if (length <= 0) {
            return null;
        }
        return new Volume(id, length, map, "lvm2", type, "", section.textOrEmpty("id"));
    }

    private ExtentMap place(List<Segment> segments) throws FormatException {
        PieceMap pieces = new PieceMap(runs);
        List<Area> areas = new ArrayList<>();
        for (Segment segment : segments) {
            List<Segment> parts = segment.isMirror() ? leg(segment) : List.of(segment);
            for (Segment part : parts) {
                place(part, pieces, areas);
            }
        }
        claim(areas);
        return pieces.build();
    }

    /** The segments of the first leg of a mirror that is here. Legs of legs are not followed: nothing can nest. */
    private List<Segment> leg(Segment mirror) throws FormatException {
        for (String name : mirror.legs()) {
            List<Segment> leg = segmentsOfLegs.get(name);
            if (leg == null) {
                Section section = group.volumes().get(name);
                leg = section == null ? List.of() : Segment.of(section);
                segmentsOfLegs.put(name, leg);
            }
            if (!leg.isEmpty()
                    && leg.getLast().end() == mirror.extentCount()
                    && leg.stream().allMatch(this::isHere)) {
                return leg;
            }
        }
        throw new FormatException("none of the legs of its " + mirror.type() + " is in the image");
    }

    private boolean isHere(Segment segment) {
        return segment.isStriped()
                && segment.stripes().stream().allMatch(stripe -> device(stripe) != null);
    }

    private @Nullable PhysicalVolume device(Segment.Stripe stripe) {
        VolumeGroup.Member member = group.members().get(stripe.member());
        return member == null ? null : physical.get(member.uuid());
    }

    /**
     * Bytes of a physical volume.
     *
     * @param volume by its id
     */
    private record Area(String volume, long offset, long length) {
        long end() {
            return offset + length;
        }
    }

    private void place(Segment segment, PieceMap pieces, List<Area> areas) throws FormatException {
        if (!segment.isStriped()) {
            throw new FormatException(segment.type() + " is not read");
        }
        int stripes = segment.stripes().size();
        if (segment.extentCount() % stripes != 0) {
            throw new FormatException(
                    segment.extentCount() + " extents do not make " + stripes + " stripes");
        }
        pieceBudget -= stripes;
        if (pieceBudget < 0) {
            throw new FormatException("its group has more than " + MAX_PIECES + " pieces");
        }
        long extents = segment.extentCount() / stripes;
        long columnBytes = Math.multiplyExact(extents, group.extentBytes());
        Column[] columns = new Column[stripes];
        for (int i = 0; i < stripes; i++) {
            columns[i] = column(segment.stripes().get(i), extents);
            areas.add(new Area(columns[i].member().id(), columns[i].offset(), columnBytes));
        }
        if (stripes > 1 && columnBytes % segment.stripeBytes() != 0) {
            throw new FormatException(
                    columnBytes + " bytes are no multiple of stripes of " + segment.stripeBytes());
        }
        pieces.addStriped(columns, columnBytes, segment.stripeBytes());
    }

    private Column column(Segment.Stripe stripe, long extents) throws FormatException {
        VolumeGroup.Member member = group.members().get(stripe.member());
        PhysicalVolume device = device(stripe);
        if (member == null) {
            throw new FormatException(stripe.member() + " is no physical volume of the group");
        }
        if (device == null) {
            throw new FormatException(
                    "physical volume " + stripe.member() + " (" + member.uuid() + ") is missing");
        }
        if (stripe.firstExtent() > member.extentCount() - extents) {
            throw new FormatException(
                    extents
                            + " extents from "
                            + stripe.firstExtent()
                            + " of "
                            + stripe.member()
                            + " are behind its end at "
                            + member.extentCount());
        }
        long offset = Math.multiplyExact(stripe.firstExtent(), group.extentBytes());
        return new Column(device.volume(), Math.addExact(member.start(), offset));
    }

    /** All of a volume's areas or, when one of them is in use, none. */
    private void claim(List<Area> areas) throws FormatException {
        for (int i = 0; i < areas.size(); i++) {
            Area area = areas.get(i);
            if (!ranges(area).add(area.offset, area.end())) {
                areas.subList(0, i).forEach(claimed -> ranges(claimed).remove(claimed.offset));
                throw new FormatException(
                        area.length
                                + " bytes at "
                                + area.offset
                                + " of volume "
                                + area.volume
                                + " are used twice");
            }
        }
    }

    private Ranges ranges(Area area) {
        return used.computeIfAbsent(area.volume, _ -> new Ranges());
    }
}
