package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.util.List;

/** The volumes of a disk: partitions, and what is made of them. */
public final class Volumes {
    /** {@link Volume#table()} of a disk without one. */
    public static final String NO_TABLE = "none";

    private Volumes() {}

    /** Tells what else is in a volume that looks as if it had a partition table. */
    @FunctionalInterface
    public interface Occupied {
        /** Whether a file system fills the volume, so that no partition table can be in it. */
        boolean by(ByteSource volume) throws IOException;
    }

    /**
     * Finds the volumes of a disk; one that has no partition table is a volume itself.
     *
     * @param disk hostile bytes
     * @param occupied is asked about volumes with a partition table of their own, but not about the disk
     * @param warnings takes what is odd and was left out
     * @return partitions by offset, then what they are divided into or put together to; their ids differ. Empty when the
     *     disk or its table is empty. Volumes that are put together or divide others lie over these; two of which neither
     *     is made of the other do not overlap
     * @throws IOException when the disk cannot be read where a table should be
     */
    public static List<FoundVolume> find(ByteSource disk, Occupied occupied, Warnings warnings)
            throws IOException {
        return find(disk, List.of(), occupied, warnings);
    }

    /**
     * The same of several disks of one machine: what is put together may lie on more than one of them.
     *
     * @param disk all of them, one behind the other
     * @param parts of it that are disks, ascending and apart; a volume is called by the name of its disk, a partition by
     *     {@code name:number}. None when the disk is one
     */
    public static List<FoundVolume> find(
            ByteSource disk, List<NamedExtent> parts, Occupied occupied, Warnings warnings)
            throws IOException {
        return new VolumeSearch(disk, parts, occupied, warnings).run();
    }
}
