package mirage.filesystem.ext4;

import mirage.filesystem.walk.FileMapping;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the block map of ext2 and ext3: 12 blocks named in the inode, then trees of one, two and three levels of
 * blocks that are full of block numbers; 0 is a hole, of all that would be below it. Kernel documentation,
 * "Direct/Indirect Block Addressing".
 */
final class Ext4BlockMap {
    private static final int DIRECT = 12;
    private static final int LEVELS = 3;

    private final Ext4Volume volume;
    private final FileMapping mapping;
    private final int perBlock;

    private Ext4BlockMap(Ext4Volume volume, FileMapping mapping) {
        this.volume = volume;
        this.mapping = mapping;
        this.perBlock = volume.blockSize() / Integer.BYTES;
    }

    static void read(Ext4Volume volume, Ext4Inode inode, FileMapping mapping) throws IOException {
        new Ext4BlockMap(volume, mapping).walk(inode.map());
    }

    private void walk(ByteBuffer root) throws IOException {
        addBlocks(root, DIRECT, 0);
        long logical = DIRECT;
        for (int level = 1; level <= LEVELS && logical < mapping.blocks(); level++) {
            long block = number(root, DIRECT + level - 1);
            if (block != 0) {
                walkTree(block, level, logical);
            }
            logical += span(level);
        }
    }

    /** Blocks that a tree of some levels maps. */
    private long span(int levels) {
        long blocks = 1;
        for (int i = 0; i < levels; i++) {
            blocks *= perBlock;
        }
        return blocks;
    }

    private void walkTree(long root, int levels, long first) throws IOException {
        if (!mapping.enter(root)) {
            return;
        }
        // nodes[n] is the node being walked n levels above the data's own, next[n] its next entry
        ByteBuffer[] nodes = new ByteBuffer[levels + 1];
        int[] next = new int[levels + 1];
        nodes[levels] = volume.block(root, "indirect block");
        long logical = first;
        for (int level = levels; level <= levels && logical < mapping.blocks(); ) {
            ByteBuffer node = nodes[level];
            if (level == 1) {
                addBlocks(node, perBlock, logical);
                logical += perBlock;
                level++;
            } else if (next[level] == perBlock) {
                level++;
            } else {
                long child = number(node, next[level]++);
                if (child != 0 && mapping.enter(child)) {
                    level--;
                    nodes[level] = volume.block(child, "indirect block");
                    next[level] = 0;
                } else {
                    logical += span(level - 1);
                }
            }
        }
    }

    /** Adds the blocks that a row of numbers names, each stretch that is contiguous in the volume at once. */
    private void addBlocks(ByteBuffer numbers, int count, long first) throws IOException {
        int last = (int) Math.min(count, mapping.blocks() - first);
        for (int i = 0; i < last; ) {
            long block = number(numbers, i);
            int end = i + 1;
            while (end < last && block != 0 && number(numbers, end) == block + end - i) {
                end++;
            }
            if (block != 0) {
                mapping.add(first + i, end - i, block, true);
            }
            i = end;
        }
    }

    private static long number(ByteBuffer numbers, int index) {
        return Integer.toUnsignedLong(numbers.getInt(index * Integer.BYTES));
    }
}
