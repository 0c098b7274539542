package mirage.pack;

import mirage.bytes.ByteSource;
import mirage.pack.EncodedFrame.PendingChunk;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** Puts one pack together in memory. Not for use by many threads at once. */
final class PackBuilder {
    private final List<ByteBuffer> pieces = new ArrayList<>();
    private final List<PackFrame> frames = new ArrayList<>();
    private final List<PackChunk> chunks = new ArrayList<>();
    private long size = PackFormat.FIXED_BYTES;
    private long nextFrameOffset = PackFormat.HEADER_BYTES;

    PackBuilder() {
        pieces.add(PackFormat.header());
    }

    /** A pack that is ready to be written. */
    record Built(PackId id, PackTable table, ByteSource content) {}

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /** Length of the pack if it were built now, or a little more: what the table will compress is not known. */
    long sizeBytes() {
        return size;
    }

    void add(EncodedFrame frame) {
        int number = frames.size();
        frames.add(
                new PackFrame(
                        nextFrameOffset,
                        frame.stored().remaining(),
                        frame.contentBytes(),
                        frame.storedCrc32c(),
                        frame.contentCrc32c()));
        int offset = 0;
        for (PendingChunk chunk : frame.chunks()) {
            chunks.add(new PackChunk(chunk.id(), number, offset, chunk.length()));
            offset += chunk.length();
        }
        pieces.add(frame.stored());
        nextFrameOffset += frame.stored().remaining();
        size += frame.packBytes();
    }

    /**
     * Ends the pack.
     *
     * @param salt that no other pack has, so that no other pack has this one's name
     */
    Built build(byte[] salt, int level) {
        ByteBuffer table = PackFormat.encodeTable(salt, frames, chunks, level);
        pieces.add(table);
        pieces.add(PackFormat.footer(nextFrameOffset, table.remaining()));
        ByteSource content = new PiecesSource(pieces);
        return new Built(id(), new PackTable(frames, chunks, content.length()), content);
    }

    private PackId id() {
        MessageDigest digest = sha256();
        for (ByteBuffer piece : pieces) {
            digest.update(piece.duplicate());
        }
        return PackId.ofDigest(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
