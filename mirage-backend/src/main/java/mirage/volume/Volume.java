package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.MappedSource;

/**
 * A block device that a guest would see in a disk: a partition, a logical volume, an array, or the disk itself.
 *
 * @param id what users call it, unique within an image: the number that Linux gives a partition ({@code 1} is {@code
 *     sda1}), {@code 0} for a disk without a partition table, {@code group/volume} of LVM, {@code md/name} of an array;
 *     a partition of one of these is {@code group/volume:1}. Where an image has several disks, one of them is
 *     called by its name, and its partitions {@code name:1}. Hostile text but for partitions of the only disk
 * @param length in bytes, greater than 0; of an array that is not put together, that of a member's part
 * @param map place in the volume to place on the disk, without overlap on the disk; empty when it is not known where its
 *     bytes are, or how to make them of those on the disk
 * @param table where it was found: {@code gpt}, {@code mbr}, {@code lvm2}, {@code md}, {@code none}
 * @param type of a partition: the GPT type GUID, or the MBR type byte as {@code 0x83}; of a logical volume the type of
 *     its segments, of an array its level: {@code linear}, {@code striped}, {@code raid1}; empty for the whole disk
 * @param name the GPT partition's or the array's name, otherwise empty; hostile text
 * @param uuid the volume's own id as {@code blkid} gives PARTUUID, {@code lvs} and {@code mdadm} give theirs, otherwise
 *     empty
 */
public record Volume(
        String id,
        long length,
        ExtentMap map,
        String table,
        String type,
        String name,
        String uuid) {
    public Volume {
        if (length <= 0) {
            throw new IllegalArgumentException("volume " + id + " of length " + length);
        }
        if (map.runCount() > 0 && map.run(map.runCount() - 1).end() > length) {
            throw new IllegalArgumentException(
                    "volume " + id + " of length " + length + " has places behind its end");
        }
    }

    /** One that is a range of the disk. */
    public static Volume range(
            String id,
            long offset,
            long length,
            String table,
            String type,
            String name,
            String uuid) {
        if (length <= 0) {
            throw new IllegalArgumentException("volume " + id + " of length " + length);
        }
        ExtentMap map = new ExtentMap.Builder().add(0, length, offset).build();
        return new Volume(id, length, map, table, type, name, uuid);
    }

    /** Whether its bytes can be read from the disk. */
    public boolean isPlaced() {
        return map.runCount() > 0;
    }

    /** Whether it is one range of the disk. */
    public boolean isRange() {
        return map.runCount() == 1 && map.run(0).offset() == 0 && map.run(0).length() == length;
    }

    /** Where the range begins that it is; meaningless unless it {@link #isRange}. */
    public long offset() {
        return map.run(0).target();
    }

    /**
     * Its bytes.
     *
     * @param disk stays the caller's
     */
    public ByteSource bytes(ByteSource disk) {
        return isRange() ? disk.slice(offset(), length) : new MappedSource(disk, map, length);
    }
}
