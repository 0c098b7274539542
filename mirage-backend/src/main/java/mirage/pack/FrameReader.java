package mirage.pack;

import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads frames from their packs. Remembers where the frames lie in the packs that were read last, about 2 KB a pack, so
 * that a table is not read for each frame. A pack is opened for each frame anew: opening costs little beside decoding a
 * frame, and a reader that is interrupted closes nobody's file but its own.
 */
final class FrameReader {
    private static final int MAX_REMEMBERED_PACKS = 2048;

    private final BlobStore blobs;
    private final Map<PackId, List<PackFrame>> remembered = new LastUsed();

    FrameReader(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * @return the frame's content, read-only
     * @throws mirage.blob.MissingBlobException when there is no such pack
     * @throws CorruptPackException when the pack is damaged, or has no such frame
     */
    ByteBuffer read(FrameId id) throws IOException {
        try (ByteSource pack = blobs.open(id.pack().blobName())) {
            return PackFormat.readFrame(id.pack(), id.frame(), frame(id, pack), pack);
        }
    }

    /** Where the frame lies in its pack, for messages. */
    long offsetOf(FrameId id) throws IOException {
        try (ByteSource pack = blobs.open(id.pack().blobName())) {
            return frame(id, pack).offset();
        }
    }

    private PackFrame frame(FrameId id, ByteSource pack) throws IOException {
        List<PackFrame> frames = framesOf(id.pack(), pack);
        if (id.frame() >= frames.size()) {
            throw new CorruptPackException(
                    id.pack(),
                    pack.length(),
                    "frame " + id.frame() + " expected, found " + frames.size() + " frames");
        }
        return frames.get(id.frame());
    }

    private List<PackFrame> framesOf(PackId id, ByteSource pack) throws IOException {
        @Nullable List<PackFrame> known;
        synchronized (remembered) {
            known = remembered.get(id);
        }
        if (known != null) {
            return known;
        }
        List<PackFrame> frames = PackFormat.readTable(id, pack).frames();
        synchronized (remembered) {
            remembered.put(id, frames);
        }
        return frames;
    }

    private static final class LastUsed extends LinkedHashMap<PackId, List<PackFrame>> {
        private static final long serialVersionUID = 1;

        LastUsed() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<PackId, List<PackFrame>> eldest) {
            return size() > MAX_REMEMBERED_PACKS;
        }
    }
}
