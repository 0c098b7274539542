package mirage.deflate;

/** Level 0: all content as it is, in the longest blocks that there are. */
final class StoringParser implements Parser {
    @Override
    public void parse(Matches matches, Block block) {
        int end = matches.end();
        int at = 0;
        while (end - at > Block.MAX_STORED_BYTES) {
            at += Block.MAX_STORED_BYTES;
            block.store(at, false);
        }
        block.store(end, true);
    }
}
