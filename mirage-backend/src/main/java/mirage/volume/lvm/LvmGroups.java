package mirage.volume.lvm;

import mirage.bytes.ByteSource;
import mirage.bytes.Extent;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.volume.PieceMap;
import mirage.volume.Volume;
import mirage.volume.VolumeAssembler;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The volume groups on a disk. Each of its physical volumes may have copies of the text that describes the group, none, or
 * an old one; the one with the highest sequence number holds.
 */
public final class LvmGroups implements VolumeAssembler {
    private final PieceMap.RunBudget runs;
    private final Warnings warnings;
    private final Map<String, PhysicalVolume> physical = new LinkedHashMap<>();
    private final Map<String, VolumeGroup> groups = new LinkedHashMap<>();
    private final Set<String> assembled = new HashSet<>();
    private final Map<String, Ranges> used = new HashMap<>();
    private final MetadataArea.TextBudget texts = new MetadataArea.TextBudget();

    /**
     * @param runs for the maps of the logical volumes
     * @param warnings takes what is odd, and which volumes are not put together
     */
    public LvmGroups(PieceMap.RunBudget runs, Warnings warnings) {
        this.runs = runs;
        this.warnings = warnings;
    }

    @Override
    public String memberType() {
        return "LVM2_member";
    }

    @Override
    public boolean take(Volume volume, ByteSource bytes) throws IOException {
        PhysicalVolume label = PhysicalVolume.read(volume, bytes);
        if (label == null) {
            return false;
        }
        PhysicalVolume known = physical.putIfAbsent(label.uuid(), label);
        if (known != null) {
            warnings.add(
                    "volume "
                            + volume.id()
                            + " has the label of volume "
                            + known.volume().id()
                            + " and is left alone");
            return true;
        }
        for (Extent area : label.metadataAreas()) {
            try {
                String text = MetadataArea.text(bytes, area, texts);
                if (text != null) {
                    add(VolumeGroup.parse(text), volume);
                }
            } catch (FormatException | EOFException e) {
                warnings.add("volume " + volume.id() + ": " + e.getMessage());
            }
        }
        return true;
    }

    private void add(VolumeGroup group, Volume volume) {
        if (assembled.contains(group.id())) {
            warnings.add(
                    "volume "
                            + volume.id()
                            + " is of volume group "
                            + group.name()
                            + ", which was put together without it");
            return;
        }
        groups.merge(
                group.id(),
                group,
                (known, other) -> other.sequence() > known.sequence() ? other : known);
    }

    @Override
    public List<Volume> assemble() {
        List<Volume> volumes = new ArrayList<>();
        groups.forEach((id, group) -> {
            assembled.add(id);
            volumes.addAll(new LogicalVolumes(group, physical, used, runs, warnings).find());
        });
        groups.clear();
        return volumes;
    }
}
