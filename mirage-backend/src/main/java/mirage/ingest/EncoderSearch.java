package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.encoder.Encoder;
import mirage.encoder.Encoders;
import mirage.image.DiskImage;
import mirage.image.DiskImage.EncodedCluster;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds out what the clusters of an image were encoded with, from a few of them, all over the image. An image of an encoder
 * that we do not have costs no more than that: at the most {@value #SAMPLE_BYTES} bytes, or {@value #LEAST_SAMPLES} clusters,
 * encoded in each of the usual ways.
 */
final class EncoderSearch {
    private static final int SAMPLE_BYTES = 1 << 20;
    private static final int LEAST_SAMPLES = 4;
    private static final int MOST_SAMPLES = 16;

    private final DiskImage image;
    private final ByteSource container;
    private final Set<Encoder> found = new LinkedHashSet<>();

    private EncoderSearch(DiskImage image, ByteSource container) {
        this.image = image;
        this.container = container;
    }

    /**
     * The encoders that made the image's clusters; none when they do not make at least three quarters of those that were
     * tried.
     */
    static List<Encoder> find(DiskImage image, ByteSource container) throws IOException {
        return new EncoderSearch(image, container).find();
    }

    private List<Encoder> find() throws IOException {
        List<EncodedCluster> clusters = image.encodedClusters();
        if (clusters.isEmpty() || clusters.getFirst().length() > Encoder.MAX_CONTENT_BYTES) {
            return List.of();
        }
        int samples =
                Math.min(
                        clusters.size(),
                        Math.clamp(
                                SAMPLE_BYTES / clusters.getFirst().length(),
                                LEAST_SAMPLES,
                                MOST_SAMPLES));
        int made = 0;
        for (int i = 0; i < samples; i++) {
            Encoder encoder = encoderOf(clusters.get((int) ((long) i * clusters.size() / samples)));
            if (encoder != null) {
                found.add(encoder);
                made++;
            }
        }
        return 4 * made >= 3 * samples ? List.copyOf(found) : List.of();
    }

    private @Nullable Encoder encoderOf(EncodedCluster cluster) throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(cluster.storedLength());
        container.readFully(cluster.containerOffset(), stored);
        ByteBuffer content = ByteBuffer.allocate(cluster.length());
        image.disk().readAt(cluster.diskOffset(), content);
        content.rewind();
        stored.rewind();
        List<Encoder> candidates = new ArrayList<>(found);
        candidates.addAll(Encoders.usual());
        for (Encoder candidate : candidates) {
            if (ClusterProof.beginsWith(stored, candidate.encode(content))) {
                return candidate;
            }
        }
        return null;
    }
}
