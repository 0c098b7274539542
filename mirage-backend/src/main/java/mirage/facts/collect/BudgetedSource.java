package mirage.facts.collect;

import mirage.bytes.ByteSource;
import mirage.filesystem.RecentlyUsed;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a file in blocks, keeps a few of them, and charges a budget for what is read and for each block that it fetches:
 * what is compressed costs as much for a byte as for a block. For one thread.
 */
final class BudgetedSource implements ByteSource {
    static final int BLOCK_BYTES = 32 << 10;
    private static final int BLOCKS_KEPT = 32;

    /** What each read costs at least: a structure of a few bytes takes as long to understand as to read. */
    private static final int LEAST_CHARGE_BYTES = 256;

    private final ByteSource below;
    private final ReadBudget budget;
    private final RecentlyUsed<Long, ByteBuffer> blocks = new RecentlyUsed<>(BLOCKS_KEPT);

    BudgetedSource(ByteSource below, ReadBudget budget) {
        this.below = below;
        this.budget = budget;
    }

    @Override
    public long length() {
        return below.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int wanted = Math.clamp(length() - position, 0, target.remaining());
        budget.charge(Math.max(LEAST_CHARGE_BYTES, wanted));
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            ByteBuffer block = block(at / BLOCK_BYTES);
            int start = (int) (at % BLOCK_BYTES);
            int count = Math.min(wanted - done, block.limit() - start);
            target.put(target.position(), block, start, count);
            target.position(target.position() + count);
            done += count;
        }
        return wanted;
    }

    private ByteBuffer block(long number) throws IOException {
        ByteBuffer kept = blocks.get(number);
        if (kept != null) {
            return kept;
        }
        long start = number * BLOCK_BYTES;
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, length() - start));
        budget.charge(block.limit());
        below.readFully(start, block);
        blocks.put(number, block.flip());
        return block;
    }
}
