package mirage.bytes;

/**
 * How many things may be kept at once, so that hostile input cannot fill the heap. What honest input needs grows with its
 * size, and so does the heap of who expects it: bounds of memory are parts of the heap rather than numbers.
 */
public final class HeapShare {
    private HeapShare() {}

    /**
     * How many things of one kind may be kept.
     *
     * @param part of the heap that they may fill: one in so many
     * @param bytesEach what one of them takes, with what is made of it
     * @param most however large the heap is
     */
    public static int count(int part, int bytesEach, int most) {
        return (int) Math.min(most, bytes(part) / bytesEach);
    }

    /** One in so many bytes of the heap. */
    public static long bytes(int part) {
        return Runtime.getRuntime().maxMemory() / part;
    }
}
