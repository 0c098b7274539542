package mirage.volume;

/**
 * An entry of a partition table.
 *
 * @param index as Linux would number the partition ({@code sda1} is 1)
 * @param offset of its first byte on the disk that is divided
 * @param length in bytes, greater than 0
 * @param type the GPT type GUID, or the MBR type byte as {@code 0x83}
 * @param name the GPT partition's name, otherwise empty; hostile text
 * @param uuid the partition's own id as {@code blkid} gives PARTUUID, otherwise empty
 */
public record Partition(
        int index, long offset, long length, String type, String name, String uuid) {}
