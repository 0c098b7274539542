package mirage.pack;

import mirage.blob.BlobStore;
import mirage.blob.directory.DirectoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.chunk.ChunkId;
import mirage.chunk.ContentCutter;
import mirage.pack.rocksdb.RocksDbChunkIndex;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures putting and reading: {@code java … mirage.pack.StoreThroughput DIRECTORY IMAGE…}. Cuts each image by content,
 * drops zero blocks, puts the chunks, puts them again, and reads them back in order.
 */
final class StoreThroughput {
    private static final int BLOCK_BYTES = 64 << 10;

    private StoreThroughput() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Files.createDirectories(directory);
        try (BlobStore blobs = DirectoryBlobStore.open(directory.resolve("blobs"));
                ChunkStore store =
                        ChunkStore.open(
                                blobs,
                                RocksDbChunkIndex.open(directory.resolve("index")),
                                PackSettings.DEFAULT)) {
            for (int i = 1; i < args.length; i++) {
                measure(store, Path.of(args[i]));
            }
            System.out.println(store.statistics());
        }
    }

    private static void measure(ChunkStore store, Path image) throws IOException {
        List<ChunkId> ids = new ArrayList<>();
        List<ByteBuffer> windows = new ArrayList<>();
        try (ByteSource source = FileSource.open(image)) {
            ByteBuffer data = readNonZero(source);
            timed("cut", data.remaining(), () -> cut(data.duplicate(), windows));
            timed("SHA-256", data.remaining(), () -> windows.forEach(w -> ids.add(ChunkId.of(w))));
            timed("put", data.remaining(), () -> put(store, ids, windows));
            timed("put again", data.remaining(), () -> put(store, ids, windows));
            timed("find all", data.remaining(), () -> store.requireAll(ids));
            timed("read", data.remaining(), () -> read(store, ids));
            timed("read frames", data.remaining(), () -> readFrames(store, ids));
        }
        System.out.println(image.getFileName() + ": " + ids.size() + " chunks");
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void timed(String what, long bytes, Work work) throws IOException {
        var system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-12s %7.0f MB/s wall, %7.0f MB/s cpu  (%.2f s, %.2f s cpu)%n",
                what,
                bytes / 1e6 / seconds,
                bytes / 1e6 / cpuSeconds,
                seconds,
                cpuSeconds);
    }

    private static ByteBuffer readNonZero(ByteSource source) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(BLOCK_BYTES);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        ByteBuffer data = ByteBuffer.allocateDirect((int) Math.min(source.length(), 1 << 30));
        for (long at = 0; at + BLOCK_BYTES <= source.length(); at += BLOCK_BYTES) {
            source.readFully(at, block.clear());
            if (!block.flip().equals(zeros) && data.remaining() >= BLOCK_BYTES) {
                data.put(block);
            }
        }
        return data.flip();
    }

    private static void cut(ByteBuffer rest, List<ByteBuffer> windows) {
        while (rest.hasRemaining()) {
            int length = ContentCutter.cut(rest, true);
            windows.add(rest.slice(rest.position(), length));
            rest.position(rest.position() + length);
        }
    }

    private static void put(ChunkStore store, List<ChunkId> ids, List<ByteBuffer> windows)
            throws IOException {
        try (ChunkWriter writer = store.newWriter()) {
            for (int i = 0; i < ids.size(); i++) {
                writer.put(ids.get(i), windows.get(i));
            }
            writer.commit();
        }
    }

    private static void read(ChunkStore store, List<ChunkId> ids) throws IOException {
        for (ChunkId id : ids) {
            store.read(id);
        }
    }

    private static void readFrames(ChunkStore store, List<ChunkId> ids) throws IOException {
        FrameId last = null;
        for (ChunkPlace place : store.requireAll(ids)) {
            if (!place.frameId().equals(last)) {
                last = place.frameId();
                store.readFrameUncached(last);
            }
        }
    }
}
