package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.EncodedCluster;
import mirage.image.Guest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What an open image costs, and how it behaves under many readers. */
final class Qcow2ImageTest {
    private static final long GIB = 1L << 30;
    private static final int CLUSTER = 1 << 16;

    private final Warnings warnings = new Warnings();

    @Test
    void aFullDiskOf64GibOpensQuicklyAndSmall() throws IOException {
        ByteSource container = fullDisk(64 * GIB);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        DiskImage image = Qcow2Image.open(container, warnings, MemoryPool.unlimited());
        assertThat(threads.getCurrentThreadAllocatedBytes() - allocatedBefore)
                .as("bytes allocated, also what was freed again: the tables are 8 MiB, read once")
                .isLessThan(32 << 20);
        assertThat(image.plainMap().runCount()).isEqualTo(1);
        assertThat(image.plainMap().mappedBytes()).isEqualTo(64 * GIB);
    }

    @Test
    void anEmptyDiskOfTheLargestSizeOpens() throws IOException {
        int l1Bytes = 32 << 20;
        long disk = 1L << 61;
        ByteBuffer bytes = header(ByteBuffer.allocate((2 << 20) + l1Bytes), 21, disk, 2 << 20);
        bytes.putInt(36, l1Bytes / 8);
        ByteSource container = ByteSources.of(bytes.clear());
        DiskImage image = Qcow2Image.open(container, warnings, MemoryPool.unlimited());
        assertThat(image.virtualSize()).isEqualTo(disk);
        assertThat(Guest.runs(image.disk())).containsExactly(new Guest.Run(0, disk, true));
    }

    /** 1000 references to one table whose clusters hold every second subcluster: 16 million runs from 16 MiB. */
    @Test
    void anImageWithMoreRunsThanWeHoldIsRefused() throws IOException {
        int cluster = 1 << 14;
        int tables = 1000;
        ByteBuffer bytes = ByteBuffer.allocate(cluster * (tables + 2));
        header(bytes, 14, (long) tables * cluster / 16 * cluster, cluster);
        bytes.putLong(72, 1 << 4);
        bytes.putInt(36, tables);
        for (int i = 0; i < tables; i++) {
            bytes.putLong(cluster + 8 * i, 2L * cluster);
        }
        for (int at = 2 * cluster; at < 3 * cluster; at += 16) {
            bytes.putLong(at, 3L * cluster).putLong(at + 8, 0x5555_5555);
        }
        ByteSource container = ByteSources.of(bytes.clear());
        assertThatThrownBy(() -> Qcow2Image.open(container, warnings, MemoryPool.unlimited()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("more than the 4194304 runs that can be kept");
        // Less memory than that ends it earlier, and what was taken is there for others again.
        try (MemoryPool.Share memory = new MemoryPool(0, 600_000).open()) {
            assertThatThrownBy(() -> Qcow2Image.open(container, warnings, memory))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("more than the 10000 runs that can be kept");
            assertThat(memory.take(600_000)).isTrue();
        }
    }

    @Test
    void readingInOrderDecodesEachClusterOnce() throws IOException {
        for (String name : List.of("cluster-2m-zlib", "zstd", "cluster-512-zlib")) {
            ByteSource golden = ByteSources.of(GoldenFiles.unpacked("qcow2/" + name + ".qcow2"));
            List<EncodedCluster> encoded =
                    Qcow2Image.open(golden, warnings, MemoryPool.unlimited()).encodedClusters();
            CountingSource container = new CountingSource(golden, encoded);
            Guest.sha256(Qcow2Image.open(container, warnings, MemoryPool.unlimited()).disk());
            assertThat(container.readsOfEncoded).as(name).hasValue(encoded.size());
        }
    }

    @Test
    void manyThreadsReadTheSame() throws IOException, InterruptedException, ExecutionException {
        ByteSource golden = ByteSources.of(GoldenFiles.unpacked("qcow2/cluster-4k-zstd.qcow2"));
        ByteSource disk = Qcow2Image.open(golden, warnings, MemoryPool.unlimited()).disk();
        byte[] all = new byte[(int) disk.length()];
        disk.readFully(0, ByteBuffer.wrap(all));
        List<Future<?>> readers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int reader = 0; reader < 8; reader++) {
                Random random = new Random(reader);
                readers.add(
                        executor.submit(() -> {
                            for (int i = 0; i < 300; i++) {
                                requireEqualPiece(disk, all, random);
                            }
                            return null;
                        }));
            }
        }
        for (Future<?> reader : readers) {
            reader.get();
        }
    }

    @Test
    void readingAtAndPastTheEndGivesWhatIsThere() throws IOException {
        ByteSource golden = ByteSources.of(GoldenFiles.unpacked("qcow2/zlib.qcow2"));
        ByteSource disk = Qcow2Image.open(golden, warnings, MemoryPool.unlimited()).disk();
        ByteBuffer target = ByteBuffer.allocate(100);
        assertThat(disk.readAt(disk.length() - 10, target)).isEqualTo(10);
        assertThat(target.position()).isEqualTo(10);
        assertThat(disk.readAt(disk.length(), target)).isZero();
        assertThat(disk.readAt(Long.MAX_VALUE, target)).isZero();
    }

    @Test
    void aDiskOfNoBytesOpens() throws IOException {
        ByteBuffer bytes = header(ByteBuffer.allocate(CLUSTER), 16, 0, 0);
        DiskImage image =
                Qcow2Image.open(ByteSources.of(bytes.clear()), warnings, MemoryPool.unlimited());
        assertThat(image.virtualSize()).isZero();
        assertThat(image.plainMap()).isEqualTo(ExtentMap.EMPTY);
        assertThat(image.disk().readAt(0, ByteBuffer.allocate(1))).isZero();
    }

    private static void requireEqualPiece(ByteSource disk, byte[] all, Random random)
            throws IOException {
        int at = random.nextInt(all.length);
        ByteBuffer piece = ByteBuffer.allocate(1 + random.nextInt(20_000));
        int read = disk.readAt(at, piece);
        assertThat(piece.flip()).isEqualTo(ByteBuffer.wrap(all, at, read).slice());
    }

    /** Metadata first, then the data in the order of the disk, which reads as zeros and costs no memory here. */
    private static ByteSource fullDisk(long diskBytes) {
        long clusters = diskBytes / CLUSTER;
        int tables = (int) (clusters * 8 / CLUSTER);
        long dataStart = (2L + tables) * CLUSTER;
        ByteBuffer bytes = header(ByteBuffer.allocate((int) dataStart), 16, diskBytes, CLUSTER);
        bytes.putInt(36, tables);
        for (int i = 0; i < tables; i++) {
            bytes.putLong(CLUSTER + 8 * i, 1L << 63 | (2L + i) * CLUSTER);
        }
        for (int i = 0; i < clusters; i++) {
            bytes.putLong(2 * CLUSTER + 8 * i, 1L << 63 | dataStart + (long) i * CLUSTER);
        }
        return new Padded(ByteSources.of(bytes.clear()), dataStart + diskBytes);
    }

    private static ByteBuffer header(ByteBuffer bytes, int clusterBits, long size, long l1Offset) {
        return bytes.putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putInt(20, clusterBits)
                .putLong(24, size)
                .putLong(40, l1Offset)
                .putInt(100, 104);
    }

    /** Zeros behind another source. */
    private record Padded(ByteSource head, long length) implements ByteSource {
        @Override
        public int readAt(long position, ByteBuffer target) throws IOException {
            int wanted = (int) Math.max(0, Math.min(target.remaining(), length - position));
            int read = Math.min(wanted, head.readAt(position, target));
            ByteSources.putZeros(target, wanted - read);
            return wanted;
        }
    }

    /** Counts reads that begin where an encoded cluster does. */
    private record CountingSource(
            ByteSource source, List<EncodedCluster> encoded, AtomicInteger readsOfEncoded)
            implements ByteSource {
        CountingSource(ByteSource source, List<EncodedCluster> encoded) {
            this(source, encoded, new AtomicInteger());
        }

        @Override
        public long length() {
            return source.length();
        }

        @Override
        public int readAt(long position, ByteBuffer target) throws IOException {
            if (encoded.stream().anyMatch(c -> c.containerOffset() == position)) {
                readsOfEncoded.incrementAndGet();
            }
            return source.readAt(position, target);
        }
    }
}
