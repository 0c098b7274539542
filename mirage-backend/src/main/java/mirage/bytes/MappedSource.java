package mirage.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file or disk whose ranges lie where an extent map says in another source, which it does not own. */
public final class MappedSource implements ByteSource {
    private final ByteSource below;
    private final ExtentMap map;
    private final long length;

    /**
     * @param length of the file or disk in bytes; runs behind it are not read
     */
    public MappedSource(ByteSource below, ExtentMap map, long length) {
        this.below = below;
        this.map = map;
        this.length = length;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length) {
            return 0;
        }
        int wanted = (int) Math.min(target.remaining(), length - position);
        int limit = target.limit();
        int index = map.firstRunEndingAfter(position);
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            int left = wanted - done;
            if (index == map.runCount() || map.run(index).offset() >= position + wanted) {
                ByteSources.putZeros(target, left);
                break;
            }
            ExtentMap.Run run = map.run(index);
            if (run.offset() > at) {
                int hole = (int) (run.offset() - at);
                ByteSources.putZeros(target, hole);
                done += hole;
                continue;
            }
            int count = (int) Math.min(left, run.end() - at);
            target.limit(target.position() + count);
            try {
                below.readFully(run.target() + at - run.offset(), target);
            } finally {
                target.limit(limit);
            }
            done += count;
            index++;
        }
        return wanted;
    }

    @Override
    public Run runAt(long position) throws IOException {
        int index = map.firstRunEndingAfter(position);
        if (index == map.runCount()) {
            return new Run(length - position, true);
        }
        ExtentMap.Run run = map.run(index);
        if (run.offset() > position) {
            return new Run(Math.min(run.offset(), length) - position, true);
        }
        long mapped = Math.min(run.end(), length) - position;
        Run lower = below.runAt(run.target() + position - run.offset());
        return new Run(Math.min(mapped, lower.length()), lower.hole());
    }
}
