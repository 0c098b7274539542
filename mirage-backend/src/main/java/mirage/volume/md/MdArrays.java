package mirage.volume.md;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.volume.PieceMap;
import mirage.volume.Volume;
import mirage.volume.VolumeAssembler;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arrays on a disk. Of a mirror one member is enough, the one with the most changes; a striped or linear array needs all
 * of them.
 */
public final class MdArrays implements VolumeAssembler {
    private final PieceMap.RunBudget runs;
    private final Warnings warnings;
    private final Map<String, List<MdMember>> arrays = new LinkedHashMap<>();
    private final Set<String> assembled = new HashSet<>();

    /**
     * @param runs for the maps of the arrays
     * @param warnings takes what is odd, and which arrays are not put together
     */
    public MdArrays(PieceMap.RunBudget runs, Warnings warnings) {
        this.runs = runs;
        this.warnings = warnings;
    }

    @Override
    public String memberType() {
        return "linux_raid_member";
    }

    @Override
    public boolean take(Volume volume, ByteSource bytes) throws IOException {
        MdSuperblock superblock = MdVersion1.read(bytes);
        if (superblock == null) {
            superblock = MdVersion0.read(bytes);
        }
        if (superblock == null) {
            return false;
        }
        if (assembled.contains(superblock.array())) {
            warnings.add(
                    "volume "
                            + volume.id()
                            + ": it is of an array that was put together without it");
            return true;
        }
        arrays.computeIfAbsent(superblock.array(), _ -> new ArrayList<>())
                .add(new MdMember(volume, superblock));
        return true;
    }

    @Override
    public List<Volume> assemble() {
        List<Volume> volumes = new ArrayList<>();
        arrays.forEach((uuid, members) -> {
            assembled.add(uuid);
            Volume volume = assemble(uuid, members);
            if (volume != null) {
                volumes.add(volume);
            }
        });
        arrays.clear();
        return volumes;
    }

    private @Nullable Volume assemble(String uuid, List<MdMember> members) {
        MdMember latest =
                members.stream()
                        .max(Comparator.comparingLong(member -> member.superblock().events()))
                        .orElseThrow();
        MdSuperblock array = latest.superblock();
        String id = "md/" + (array.name().isEmpty() ? uuid : array.name());
        PieceMap pieces = new PieceMap(runs);
        ExtentMap map = ExtentMap.EMPTY;
        long length = array.level() == MdLevel.RAID1 ? array.memberBytes() : array.dataBytes();
        try {
            new MdPieces(array, members, pieces).place();
            map = pieces.build();
            length = pieces.length();
            warnOfState(id, members, array);
        } catch (FormatException e) {
            warnings.add("md array " + id + " is not put together: " + e.getMessage());
        }
        if (length <= 0) {
            return null;
        }
        return new Volume(id, length, map, "md", MdLevel.name(array.level()), array.name(), uuid);
    }

    private void warnOfState(String id, List<MdMember> members, MdSuperblock array) {
        if (array.level() == MdLevel.RAID1 && !array.clean()) {
            warnings.add(
                    "md array "
                            + id
                            + " was not stopped in order: its members may differ, and what is shown is one of them");
        }
        if (members.stream().anyMatch(m -> m.superblock().events() != array.events())) {
            warnings.add("md array " + id + ": some of its members are not up to date");
        }
    }
}
