package mirage.pack;

import mirage.chunk.ChunkId;
import mirage.codec.Zstd;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures what the size of a frame costs and gains: {@code java … mirage.pack.FrameSizeStudy IMAGE…}. Cuts raw images
 * into blocks of 64 KiB, drops those that are zero or were seen, and compresses the rest in frames of each size at each
 * level. Times are of the thread's processor, and so bear other load.
 */
final class FrameSizeStudy {
    private static final int BLOCK_BYTES = 64 << 10;
    private static final List<Integer> LEVELS = List.of(1, 3, 6, 9);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private FrameSizeStudy() {}

    public static void main(String[] images) throws IOException {
        Path unique = Files.createTempFile("frame-size-study", ".blocks");
        try (FileChannel blocks =
                FileChannel.open(unique, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            gatherBlocks(Stream.of(images).map(Path::of).toList(), blocks);
            System.out.println(
                    "| level | frame KiB | stored MB | ratio | compress MB/s | decompress MB/s | ms to read one chunk |");
            System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
            for (int level : LEVELS) {
                for (int frame = BLOCK_BYTES; frame <= 4 << 20; frame *= 2) {
                    System.out.println(measure(blocks, frame, level));
                }
            }
        } finally {
            Files.delete(unique);
        }
    }

    private static void gatherBlocks(List<Path> images, FileChannel blocks) throws IOException {
        Set<ChunkId> seen = new HashSet<>();
        ChunkId zeros = ChunkId.of(ByteBuffer.allocate(BLOCK_BYTES));
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        long nonZero = 0;
        for (Path image : images) {
            try (FileChannel in = FileChannel.open(image)) {
                while (readBlock(in, block)) {
                    ChunkId id = ChunkId.of(block);
                    if (!id.equals(zeros)) {
                        nonZero += block.remaining();
                        if (seen.add(id)) {
                            blocks.write(block);
                        }
                    }
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d images, %.1f MB non-zero, %.1f MB unique in %d blocks of 64 KiB%n%n",
                images.size(),
                nonZero / 1e6,
                blocks.size() / 1e6,
                seen.size());
    }

    private static boolean readBlock(FileChannel in, ByteBuffer block) throws IOException {
        block.clear();
        while (block.hasRemaining() && in.read(block) >= 0) {
            Thread.onSpinWait();
        }
        return block.flip().hasRemaining();
    }

    private static String measure(FileChannel blocks, int frameBytes, int level)
            throws IOException {
        ByteBuffer frame = ByteBuffer.allocateDirect(frameBytes);
        long stored = 0;
        long frames = 0;
        long compressNanos = 0;
        long decompressNanos = 0;
        for (long at = 0; at < blocks.size(); at += frame.limit()) {
            frame.clear();
            blocks.read(frame, at);
            frame.flip();
            long start = THREADS.getCurrentThreadCpuTime();
            byte[] compressed = Zstd.compress(frame, level);
            long middle = THREADS.getCurrentThreadCpuTime();
            ByteBuffer content =
                    Zstd.decompress("frame", at, ByteBuffer.wrap(compressed), frame.limit());
            long end = THREADS.getCurrentThreadCpuTime();
            if (!content.equals(frame)) {
                throw new AssertionError("frame at " + at + " does not come back");
            }
            stored += compressed.length;
            frames++;
            compressNanos += middle - start;
            decompressNanos += end - middle;
        }
        return String.format(
                Locale.ROOT,
                "| %d | %d | %.1f | %.3f | %.0f | %.0f | %.2f |",
                level,
                frameBytes >> 10,
                stored / 1e6,
                blocks.size() / (double) stored,
                blocks.size() * 1e3 / compressNanos,
                blocks.size() * 1e3 / decompressNanos,
                decompressNanos / 1e6 / frames);
    }
}
