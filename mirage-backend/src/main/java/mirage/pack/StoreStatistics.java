package mirage.pack;

/**
 * What a chunk store holds. A chunk that two writers stored at the same time counts twice, as it takes space twice.
 *
 * @param chunks how many
 * @param contentBytes their bytes before compression
 * @param packs how many
 * @param packBytes their bytes, compressed, with tables
 */
public record StoreStatistics(long chunks, long contentBytes, long packs, long packBytes) {
    public static final StoreStatistics EMPTY = new StoreStatistics(0, 0, 0, 0);

    public StoreStatistics plus(StoreStatistics other) {
        return new StoreStatistics(
                chunks + other.chunks,
                contentBytes + other.contentBytes,
                packs + other.packs,
                packBytes + other.packBytes);
    }

    /** What one pack holds. */
    public static StoreStatistics of(PackTable table) {
        return new StoreStatistics(
                table.chunks().size(), table.contentBytes(), 1, table.packBytes());
    }
}
