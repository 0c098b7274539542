package mirage.filesystem.xfs;

import java.util.ArrayList;
import java.util.List;

/**
 * What the layout of a file system depends on. "Superblocks": {@code sb_versionnum}, {@code sb_features2} and, from
 * version 5 on, the sets of features that a reader must know ({@code incompat}) and that a writer must ({@code
 * ro_compat}).
 *
 * @param version 4 or 5
 * @param features2 of version 4
 * @param readOnlyCompatible of version 5
 * @param incompatible of version 5
 */
record XfsFeatures(int version, int features2, int readOnlyCompatible, int incompatible) {
    private static final int FILE_TYPES_IN_VERSION_4 = 0x200;

    private static final int REFLINK = 0x4;
    private static final int KNOWN_READ_ONLY_COMPATIBLE = 0xf;

    private static final int FILE_TYPES = 0x1;
    private static final int META_UUID = 0x4;
    private static final int NEEDS_REPAIR = 0x10;

    /**
     * The names of {@code incompat} bits from 0 on. Nothing that we read depends on sparse inode chunks, exchanged
     * ranges, the directory of metadata or zones; the inode itself says whether it has large counters or times.
     */
    private static final List<String> KNOWN =
            List.of(
                    "ftype",
                    "spinodes",
                    "meta_uuid",
                    "bigtime",
                    "needsrepair",
                    "nrext64",
                    "exchrange",
                    "parent",
                    "metadir",
                    "zoned",
                    "zone_gaps");

    boolean hasChecksums() {
        return version == 5;
    }

    /** Whether directory entries say what they lead to. */
    boolean hasFileTypes() {
        return hasChecksums()
                ? (incompatible & FILE_TYPES) != 0
                : (features2 & FILE_TYPES_IN_VERSION_4) != 0;
    }

    boolean hasSharedExtents() {
        return hasChecksums() && (readOnlyCompatible & REFLINK) != 0;
    }

    /** Whether metadata keeps the UUID that the file system had at first. */
    boolean hasMetadataUuid() {
        return hasChecksums() && (incompatible & META_UUID) != 0;
    }

    boolean needsRepair() {
        return hasChecksums() && (incompatible & NEEDS_REPAIR) != 0;
    }

    /** Bits of {@code incompat} that we do not know, empty when there are none. */
    List<String> unreadable() {
        List<String> unknown = new ArrayList<>();
        for (int bit = KNOWN.size(); hasChecksums() && bit < Integer.SIZE; bit++) {
            if ((incompatible >>> bit & 1) != 0) {
                unknown.add("0x" + Integer.toHexString(1 << bit));
            }
        }
        return unknown;
    }

    int unknownReadOnly() {
        return hasChecksums() ? readOnlyCompatible & ~KNOWN_READ_ONLY_COMPATIBLE : 0;
    }
}
