package mirage.deflate;

/**
 * How hard a level looks for repetitions: zlib's table, with its words.
 *
 * @param good a match this long is good already: the next place is searched with a quarter of the chain
 * @param lazy a match this long is taken without a look at the next place; where matches are taken at once, longer ones do
 *     not enter the places that they cover
 * @param nice a match this long ends the search
 * @param chain how many earlier places are looked at
 */
record Effort(int good, int lazy, int nice, int chain) {
    private static final Effort[] OF_LEVEL = {
        new Effort(0, 0, 0, 0),
        new Effort(4, 4, 8, 4),
        new Effort(4, 5, 16, 8),
        new Effort(4, 6, 32, 32),
        new Effort(4, 4, 16, 16),
        new Effort(8, 16, 32, 32),
        new Effort(8, 16, 128, 128),
        new Effort(8, 32, 128, 256),
        new Effort(32, 128, 258, 1024),
        new Effort(32, 258, 258, 4096)
    };

    static Effort ofLevel(int level) {
        return OF_LEVEL[level];
    }
}
