package mirage.volume;

/**
 * A range of a disk that may hold a file system.
 *
 * @param index as Linux would number the partition ({@code sda1} is 1); 0 for the whole disk without a partition table
 * @param offset of its first byte on the disk
 * @param length in bytes, greater than 0
 * @param table where it was found: {@code gpt}, {@code mbr}, {@code none}
 * @param type of a partition: the GPT type GUID, or the MBR type byte as {@code 0x83}; empty for the whole disk
 * @param name the GPT partition's name, otherwise empty; hostile text
 * @param uuid the partition's own id as {@code blkid} gives PARTUUID, otherwise empty
 */
public record Volume(
        int index, long offset, long length, String table, String type, String name, String uuid) {
    public Volume {
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("volume at " + offset + " of length " + length);
        }
    }
}
