package mirage.deflate;

/** Levels 1 to 3: takes the match of a place at once. Inside long ones no places are entered. */
final class GreedyParser implements Parser {
    private final int longestEntered;

    GreedyParser(int longestEntered) {
        this.longestEntered = longestEntered;
    }

    @Override
    public void parse(Matches matches, Block block) {
        byte[] bytes = matches.bytes();
        int end = matches.end();
        int at = 0;
        while (at < end) {
            matches.reach(at);
            int length = 0;
            if (end - at >= Matches.MIN_LENGTH) {
                int candidate = matches.enter(at);
                if (matches.isNear(candidate, at)) {
                    length = matches.longest(at, candidate, Matches.MIN_LENGTH - 1);
                }
            }
            if (length < Matches.MIN_LENGTH) {
                block.literal(bytes[at] & 0xff);
                at++;
            } else {
                block.match(length, at - matches.found());
                if (length <= longestEntered) {
                    matches.enterAll(at + 1, at + length);
                }
                at += length;
            }
            if (block.isFull()) {
                block.write(at, false);
            }
        }
        block.write(end, true);
    }
}
