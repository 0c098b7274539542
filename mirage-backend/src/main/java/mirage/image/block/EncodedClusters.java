package mirage.image.block;

import mirage.image.DiskImage.EncodedCluster;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;

/** Encoded clusters by their place in the container. Immutable; 20 bytes each, as a large image has millions. */
public final class EncodedClusters extends AbstractList<EncodedCluster> implements RandomAccess {
    private final long[] containerOffsets;
    private final int[] storedLengths;
    private final long[] diskOffsets;
    private final int clusterBytes;

    private EncodedClusters(
            long[] containerOffsets, int[] storedLengths, long[] diskOffsets, int clusterBytes) {
        this.containerOffsets = containerOffsets;
        this.storedLengths = storedLengths;
        this.diskOffsets = diskOffsets;
        this.clusterBytes = clusterBytes;
    }

    @Override
    public EncodedCluster get(int index) {
        return new EncodedCluster(
                containerOffsets[index], storedLengths[index], diskOffsets[index], clusterBytes);
    }

    @Override
    public int size() {
        return containerOffsets.length;
    }

    /** Takes clusters in any order. */
    public static final class Builder {
        private final int clusterBytes;
        private long[] containerOffsets = new long[16];
        private int[] storedLengths = new int[16];
        private long[] diskOffsets = new long[16];
        private int used;

        public Builder(int clusterBytes) {
            this.clusterBytes = clusterBytes;
        }

        public void add(long containerOffset, int storedLength, long diskOffset) {
            if (used == containerOffsets.length) {
                int capacity = used + used / 2;
                containerOffsets = Arrays.copyOf(containerOffsets, capacity);
                storedLengths = Arrays.copyOf(storedLengths, capacity);
                diskOffsets = Arrays.copyOf(diskOffsets, capacity);
            }
            containerOffsets[used] = containerOffset;
            storedLengths[used] = storedLength;
            diskOffsets[used] = diskOffset;
            used++;
        }

        public int size() {
            return used;
        }

        /** Sorts, keeps one of those that begin at the same byte, and ends each where the next begins. */
        public EncodedClusters build() {
            sort();
            int kept = 0;
            for (int i = 0; i < used; i++) {
                if (kept > 0 && containerOffsets[kept - 1] == containerOffsets[i]) {
                    continue;
                }
                swap(kept, i);
                if (kept > 0) {
                    long room = containerOffsets[kept] - containerOffsets[kept - 1];
                    storedLengths[kept - 1] = (int) Math.min(storedLengths[kept - 1], room);
                }
                kept++;
            }
            return new EncodedClusters(
                    Arrays.copyOf(containerOffsets, kept),
                    Arrays.copyOf(storedLengths, kept),
                    Arrays.copyOf(diskOffsets, kept),
                    clusterBytes);
        }

        /** A heap sort: in place over three arrays, and no order of input makes it slow. */
        private void sort() {
            if (isSorted()) {
                return;
            }
            for (int root = used / 2 - 1; root >= 0; root--) {
                siftDown(root, used);
            }
            for (int end = used - 1; end > 0; end--) {
                swap(0, end);
                siftDown(0, end);
            }
        }

        private boolean isSorted() {
            for (int i = 1; i < used; i++) {
                if (comesBefore(i, i - 1)) {
                    return false;
                }
            }
            return true;
        }

        private void siftDown(int from, int end) {
            int parent = from;
            for (int child = 2 * parent + 1; child < end; child = 2 * parent + 1) {
                if (child + 1 < end && comesBefore(child, child + 1)) {
                    child++;
                }
                if (!comesBefore(parent, child)) {
                    return;
                }
                swap(parent, child);
                parent = child;
            }
        }

        private boolean comesBefore(int left, int right) {
            return containerOffsets[left] != containerOffsets[right]
                    ? containerOffsets[left] < containerOffsets[right]
                    : diskOffsets[left] < diskOffsets[right];
        }

        private void swap(int left, int right) {
            long offset = containerOffsets[left];
            containerOffsets[left] = containerOffsets[right];
            containerOffsets[right] = offset;
            int length = storedLengths[left];
            storedLengths[left] = storedLengths[right];
            storedLengths[right] = length;
            long disk = diskOffsets[left];
            diskOffsets[left] = diskOffsets[right];
            diskOffsets[right] = disk;
        }
    }
}
