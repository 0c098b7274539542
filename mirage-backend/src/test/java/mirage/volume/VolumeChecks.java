package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What holds of the volumes of any disk, however hostile. */
public final class VolumeChecks {
    private VolumeChecks() {}

    /** Finds the volumes of a disk in which no file system stands where a table could be. */
    public static List<FoundVolume> find(ByteSource disk, Warnings warnings) throws IOException {
        List<FoundVolume> found = Volumes.find(disk, _ -> false, warnings);
        assertSound(found, disk.length());
        return found;
    }

    private static void assertSound(List<FoundVolume> found, long diskBytes) {
        Set<String> ids = new HashSet<>();
        List<ExtentMap.Run> leaves = new ArrayList<>();
        for (FoundVolume one : found) {
            Volume volume = one.volume();
            assertThat(ids.add(volume.id())).as(volume.id()).isTrue();
            assertDisjoint(volume.map().runs(), diskBytes);
            if (one.mayHoldFiles()) {
                leaves.addAll(volume.map().runs());
            }
        }
        assertDisjoint(leaves, diskBytes);
    }

    /** Bytes have one owner. */
    private static void assertDisjoint(List<ExtentMap.Run> runs, long diskBytes) {
        List<ExtentMap.Run> ordered = new ArrayList<>(runs);
        ordered.sort(Comparator.comparingLong(ExtentMap.Run::target));
        long end = 0;
        for (ExtentMap.Run run : ordered) {
            assertThat(run.target()).isGreaterThanOrEqualTo(end);
            end = run.target() + run.length();
        }
        assertThat(end).isLessThanOrEqualTo(diskBytes);
    }
}
