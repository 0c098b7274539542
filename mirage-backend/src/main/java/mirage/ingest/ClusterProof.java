package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.codec.Checksum;
import mirage.encoder.Encoder;
import mirage.image.DiskImage.EncodedCluster;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.rebuild.Original;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Proves of single clusters that they can be made again: what the disk has where the cluster belongs, read from the store,
 * is encoded and compared with the bytes that were uploaded. A cluster of which that is not so stays as it is. When most do
 * not come out, no more are tried. Safe for use by many threads.
 */
final class ClusterProof {
    /** Fewer say nothing about the rest. */
    private static final int LEAST_FAILURES = 64;

    private final List<Encoder> encoders;
    private final RecipeReader runs;
    private final ByteSource disk;
    private final Original original;
    private final AtomicInteger tried = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /**
     * @param encoders that may have made the clusters, the likeliest first
     * @param runs of the disk
     * @param disk what the runs rebuild
     * @param original takes what was proven
     */
    ClusterProof(List<Encoder> encoders, RecipeReader runs, ByteSource disk, Original original) {
        this.encoders = encoders;
        this.runs = runs;
        this.disk = disk;
        this.original = original;
    }

    /**
     * What makes a cluster's bytes again.
     *
     * @param stored bytes of the cluster, and maybe others behind them
     * @return a run that makes the first of them; null when none does
     */
    RecipeRun.@Nullable Encoded prove(EncodedCluster cluster, ByteBuffer stored)
            throws IOException {
        if (cluster.length() > Encoder.MAX_CONTENT_BYTES || isHopeless()) {
            return null;
        }
        tried.incrementAndGet();
        int onDisk = (int) Math.min(cluster.length(), disk.length() - cluster.diskOffset());
        RecipeRun.Encoded run = prove(cluster, onDisk, cluster.length(), stored);
        if (run == null && onDisk < cluster.length()) {
            // The last cluster of a disk: some fill it up with zeros, some end it there.
            run = prove(cluster, onDisk, onDisk, stored);
        }
        if (run == null) {
            failed.incrementAndGet();
        }
        return run;
    }

    private boolean isHopeless() {
        int failures = failed.get();
        return failures >= LEAST_FAILURES && 2 * failures > tried.get();
    }

    private RecipeRun.@Nullable Encoded prove(
            EncodedCluster cluster, int onDisk, int length, ByteBuffer stored) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(length);
        disk.readFully(cluster.diskOffset(), content.slice(0, onDisk));
        for (Encoder encoder : encoders) {
            byte[] encoded = encoder.encode(content);
            if (beginsWith(stored, encoded)) {
                original.keep(cluster.containerOffset(), encoded);
                return RecipeRun.Encoded.whole(
                        encoder.name(),
                        contentRuns(cluster.diskOffset(), onDisk, length),
                        encoded.length,
                        Checksum.crc32c(ByteBuffer.wrap(encoded)));
            }
        }
        return null;
    }

    private List<RecipeRun> contentRuns(long offset, int onDisk, int length) throws IOException {
        List<RecipeRun> content = new ArrayList<>();
        runs.forEachRun(offset, onDisk, (_, run) -> content.add(run));
        if (length > onDisk) {
            content.add(new RecipeRun.Zero(length - onDisk));
        }
        return content;
    }

    /** Whether bytes, from position to limit, begin with others. */
    static boolean beginsWith(ByteBuffer bytes, byte[] start) {
        return start.length > 0
                && start.length <= bytes.remaining()
                && bytes.slice(bytes.position(), start.length).equals(ByteBuffer.wrap(start));
    }
}
