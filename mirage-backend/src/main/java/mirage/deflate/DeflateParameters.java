package mirage.deflate;

/**
 * What zlib's {@code deflateInit2} is given, which decides every bit that it writes. The strategy is always the default one.
 *
 * @param level how hard to look for repetitions, from 0, not at all, to 9; zlib takes -1 for {@value #DEFAULT_LEVEL}
 * @param windowBits repetitions are found up to 2^windowBits - 262 bytes back, from 9 to 15; zlib takes 8 for 9, and a
 *     negative one for {@link Wrapper#RAW}
 * @param memLevel from 1 to 9: 2^(memLevel + 7) lists of places, blocks of 2^(memLevel + 6) - 1 literals and matches
 */
public record DeflateParameters(int level, int windowBits, int memLevel, Wrapper wrapper) {
    /** The level of those who choose none. */
    public static final int DEFAULT_LEVEL = 6;

    /** What QEMU compresses clusters of qcow2 with. */
    public static final DeflateParameters QCOW2 =
            new DeflateParameters(DEFAULT_LEVEL, 12, 9, Wrapper.RAW);

    /** What {@code compress()} of zlib uses: QEMU for grains of streamOptimized VMDK. */
    public static final DeflateParameters COMPRESS =
            new DeflateParameters(DEFAULT_LEVEL, 15, 8, Wrapper.ZLIB);

    public DeflateParameters {
        require(level, 0, 9, "level");
        require(windowBits, 9, 15, "windowBits");
        require(memLevel, 1, 9, "memLevel");
    }

    /** The same with another level. */
    public DeflateParameters withLevel(int other) {
        return new DeflateParameters(other, windowBits, memLevel, wrapper);
    }

    private static void require(int value, int least, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " from " + least + " to " + most + " expected, found " + value);
        }
    }
}
