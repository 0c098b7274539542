package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.volume.lvm.LvmGroups;
import mirage.volume.md.MdArrays;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the volumes of the disks of one machine by a work list:
 *
 * <pre>
 *   each disk's partitions, or the disk, are volumes to look into
 *   repeat
 *     each volume to look into: is it part of an array or a group?          remembered by its assembler
 *                               or does it have a partition table?          its partitions are volumes to look into
 *     what is remembered is put together, arrays before groups              volumes to look into
 *   until nothing new appears
 * </pre>
 *
 * <p>Each assembler takes a volume once and puts each group together once, depth and number are bounded, and volumes of one
 * depth do not overlap: whatever the disk claims, this ends, and what is looked at is at most the disk times the depth.
 */
final class VolumeSearch {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeSearch.class);

    /** Partition, array, logical volume, partition, and the same once more. */
    private static final int MAX_DEPTH = 8;

    private static final int MAX_VOLUMES = 8192;

    /** For all maps of a disk, 6 MiB; in stripes of 64 KiB these are 16 GiB. */
    private static final long MAX_RUNS = 1 << 18;

    /** In the order they are asked: a disk with a GPT also has an MBR, which only protects it. */
    private static final List<VolumeTable> TABLES = List.of(new GptTable(), new MbrTable());

    private final ByteSource disk;
    private final List<NamedExtent> parts;
    private final Volumes.Occupied occupied;
    private final Warnings warnings;

    /** In the order they are asked: a member of an array may show the label that is in the array. */
    private final List<VolumeAssembler> assemblers;

    private final int[] deepestTaken;
    private final PieceMap.RunBudget runs = new PieceMap.RunBudget(MAX_RUNS);
    private final List<FoundVolume> found = new ArrayList<>();
    private final Deque<Unseen> unseen = new ArrayDeque<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private boolean full;

    /**
     * A volume to look into.
     *
     * @param place in {@link #found}
     * @param mayBeDivided false of what begins with the table that it was found in
     */
    private record Unseen(int place, int depth, boolean mayBeDivided) {}

    /**
     * @param parts of the disk that are disks; none when it is one
     */
    VolumeSearch(
            ByteSource disk,
            List<NamedExtent> parts,
            Volumes.Occupied occupied,
            Warnings warnings) {
        this.disk = disk;
        this.parts = parts;
        this.occupied = occupied;
        this.warnings = warnings;
        this.assemblers = List.of(new MdArrays(runs, warnings), new LvmGroups(runs, warnings));
        this.deepestTaken = new int[assemblers.size()];
    }

    List<FoundVolume> run() throws IOException {
        start();
        do {
            while (!unseen.isEmpty()) {
                lookInto(unseen.remove());
            }
        } while (assemble());
        return found;
    }

    private void start() throws IOException {
        if (parts.isEmpty()) {
            startWith(new NamedExtent("0", 0, disk.length()), "");
        }
        for (NamedExtent part : parts) {
            try {
                startWith(part, part.name() + ":");
            } catch (FormatException broken) {
                warnings.add("disk " + part.name() + ": " + broken.getMessage());
            }
        }
    }

    /**
     * @param prefix of what its partitions are called
     * @throws FormatException when it cannot be read where its table should be
     */
    private void startWith(NamedExtent part, String prefix) throws IOException {
        if (part.length() == 0) {
            return;
        }
        Volume whole =
                Volume.range(
                        part.name(), part.offset(), part.length(), Volumes.NO_TABLE, "", "", "");
        ByteSource bytes = whole.bytes(disk);
        if (!Iso9660Disc.isOn(bytes)) {
            for (VolumeTable table : TABLES) {
                List<Partition> partitions = table.find(bytes, warnings);
                if (partitions != null) {
                    addPartitions(partitions, table.name(), whole, prefix, 1);
                    return;
                }
            }
        }
        add(whole, 0, false);
    }

    private void lookInto(Unseen next) throws IOException {
        Volume volume = found.get(next.place).volume();
        ByteSource bytes = volume.bytes(disk);
        for (int i = 0; i < assemblers.size(); i++) {
            if (isTaken(assemblers.get(i), volume, bytes)) {
                deepestTaken[i] = Math.max(deepestTaken[i], next.depth);
                found.set(next.place, new FoundVolume(volume, assemblers.get(i).memberType()));
                return;
            }
        }
        if (next.mayBeDivided) {
            divide(next, volume, bytes);
        }
    }

    private boolean isTaken(VolumeAssembler assembler, Volume volume, ByteSource bytes)
            throws IOException {
        try {
            return assembler.take(volume, bytes);
        } catch (FormatException | EOFException e) {
            warnings.add("volume " + volume.id() + ": " + e.getMessage());
            return false;
        } catch (RuntimeException e) {
            warnOfDefect("volume " + volume.id(), e);
            return false;
        }
    }

    /** Looks for a partition table in a volume, such as that of a guest's disk in a logical volume. */
    private void divide(Unseen next, Volume volume, ByteSource bytes) throws IOException {
        // Boot sectors of file systems look much like tables, and what is odd in them is no one's
        // concern.
        Warnings odd = new Warnings();
        try {
            for (VolumeTable table : TABLES) {
                List<Partition> partitions = table.find(bytes, odd);
                if (partitions != null) {
                    if (!partitions.isEmpty() && !occupied.by(bytes)) {
                        odd.messages()
                                .forEach(m -> warnings.add("volume " + volume.id() + ": " + m));
                        found.set(next.place, new FoundVolume(volume, table.name()));
                        addPartitions(
                                partitions,
                                table.name(),
                                volume,
                                volume.id() + ":",
                                next.depth + 1);
                    }
                    return;
                }
            }
        } catch (FormatException | EOFException e) {
            warnings.add("volume " + volume.id() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            warnOfDefect("volume " + volume.id(), e);
        }
    }

    private void addPartitions(
            List<Partition> partitions, String table, Volume divided, String prefix, int depth)
            throws FormatException {
        for (Partition partition : partitions) {
            PieceMap map = new PieceMap(runs);
            map.add(divided, partition.offset(), partition.length());
            add(
                    new Volume(
                            prefix + partition.index(),
                            partition.length(),
                            map.build(),
                            table,
                            partition.type(),
                            partition.name(),
                            partition.uuid()),
                    depth,
                    partition.offset() > 0);
        }
    }

    /**
     * @return whether there is something new to look into
     */
    private boolean assemble() throws IOException {
        for (int i = 0; i < assemblers.size(); i++) {
            try {
                for (Volume volume : assemblers.get(i).assemble()) {
                    add(volume, deepestTaken[i] + 1, true);
                }
            } catch (FormatException | EOFException e) {
                warnings.add(assemblers.get(i).memberType() + ": " + e.getMessage());
            } catch (RuntimeException e) {
                warnOfDefect(assemblers.get(i).memberType(), e);
            }
            if (!unseen.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void add(Volume volume, int depth, boolean mayBeDivided) {
        if (found.size() == MAX_VOLUMES) {
            if (!full) {
                warnings.add("more than " + MAX_VOLUMES + " volumes: the rest is left out");
                full = true;
            }
            return;
        }
        Volume named = withOwnId(volume);
        if (depth == MAX_DEPTH) {
            warnings.add(
                    "volume "
                            + named.id()
                            + " is "
                            + depth
                            + " volumes deep: what it holds is not looked for");
        } else if (named.isPlaced()) {
            unseen.add(new Unseen(found.size(), depth, mayBeDivided));
        }
        found.add(new FoundVolume(named, ""));
    }

    /** Two groups in one image may have one name. */
    private Volume withOwnId(Volume volume) {
        int count = ids.merge(volume.id(), 1, Integer::sum);
        if (count == 1) {
            return volume;
        }
        return new Volume(
                volume.id() + "#" + count,
                volume.length(),
                volume.map(),
                volume.table(),
                volume.type(),
                volume.name(),
                volume.uuid());
    }

    /** A reader with a defect must not cost a tenant an upload. */
    private void warnOfDefect(String what, RuntimeException e) {
        LOG.error("the reader of volumes failed on {}", what, e);
        warnings.add(what + ": its reader failed: " + e);
    }
}
