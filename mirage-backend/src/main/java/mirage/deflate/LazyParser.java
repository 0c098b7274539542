package mirage.deflate;

/** Levels 4 to 9: a match waits until the next place was searched, and gives way to a longer one there. */
final class LazyParser implements Parser {
    /** One of three bytes from farther away than this costs more than three literals. */
    private static final int FAR_FOR_THREE = 4096;

    private static final int NO_MATCH = Matches.MIN_LENGTH - 1;

    private final int longEnough;

    LazyParser(int longEnough) {
        this.longEnough = longEnough;
    }

    @Override
    public void parse(Matches matches, Block block) {
        byte[] bytes = matches.bytes();
        int end = matches.end();
        int length = NO_MATCH;
        int from = 0;
        boolean placeWaits = false;
        int at = 0;
        while (at < end) {
            matches.reach(at);
            int waitingLength = length;
            int waitingFrom = from;
            length = NO_MATCH;
            if (end - at >= Matches.MIN_LENGTH) {
                int candidate = matches.enter(at);
                if (waitingLength < longEnough && matches.isNear(candidate, at)) {
                    length = matches.longest(at, candidate, waitingLength);
                    from = matches.found();
                    if (length == Matches.MIN_LENGTH && at - from > FAR_FOR_THREE) {
                        length = NO_MATCH;
                    }
                }
            }
            if (waitingLength >= Matches.MIN_LENGTH && length <= waitingLength) {
                block.match(waitingLength, at - 1 - waitingFrom);
                int next = at - 1 + waitingLength;
                matches.enterAll(at + 1, next);
                at = next;
                placeWaits = false;
                length = NO_MATCH;
                if (block.isFull()) {
                    block.write(at, false);
                }
            } else {
                if (placeWaits) {
                    block.literal(bytes[at - 1] & 0xff);
                    if (block.isFull()) {
                        block.write(at, false);
                    }
                }
                placeWaits = true;
                at++;
            }
        }
        if (placeWaits) {
            block.literal(bytes[at - 1] & 0xff);
        }
        block.write(end, true);
    }
}
