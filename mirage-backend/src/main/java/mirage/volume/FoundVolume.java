package mirage.volume;

/**
 * A volume and what is known of its use.
 *
 * @param use when it is no device to hold files but the ground of others: {@code LVM2_member}, {@code
 *     linux_raid_member}, as {@code blkid} says it, or the name of the partition table in it; empty otherwise
 */
public record FoundVolume(Volume volume, String use) {
    /** Whether files may be looked for in it. */
    public boolean mayHoldFiles() {
        return use.isEmpty() && volume.isPlaced();
    }
}
