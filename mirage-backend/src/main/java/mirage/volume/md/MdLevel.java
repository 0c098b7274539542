package mirage.volume.md;

import java.util.Map;

/** The levels of arrays by the number that superblocks have for them. */
final class MdLevel {
    static final int LINEAR = -1;
    static final int RAID0 = 0;
    static final int RAID1 = 1;

    private static final Map<Integer, String> NAMES =
            Map.of(
                    -4,
                    "multipath",
                    LINEAR,
                    "linear",
                    RAID0,
                    "raid0",
                    RAID1,
                    "raid1",
                    4,
                    "raid4",
                    5,
                    "raid5",
                    6,
                    "raid6",
                    10,
                    "raid10");

    private MdLevel() {}

    /** As {@code mdadm} writes it. */
    static String name(int level) {
        return NAMES.getOrDefault(level, "level " + level);
    }
}
