package mirage.deflate;

/** A way to turn the content of {@link Matches} into blocks. */
interface Parser {
    /** Writes all blocks. */
    void parse(Matches matches, Block block);

    static Parser ofLevel(int level) {
        Effort effort = Effort.ofLevel(level);
        if (level == 0) {
            return new StoringParser();
        }
        return level < 4 ? new GreedyParser(effort.lazy()) : new LazyParser(effort.lazy());
    }
}
