package mirage.pack;

import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.codec.UnsupportedBlobException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads packs wholly and compares everything that can be compared: the pack with its name, the checksums of table and
 * frames, and each chunk with its id. Reads a pack once and holds a frame at a time. Safe for use by many threads.
 */
public final class PackVerifier {
    private static final int BUFFER_BYTES = 1 << 20;

    private final BlobStore blobs;

    public PackVerifier(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Reads a pack.
     *
     * @return the damage in a pack, each chunk that is lost named, in the order of the pack; empty when it is whole. A
     *     pack whose table is lost tells that alone: the index may still know its chunks
     * @throws mirage.blob.MissingBlobException when there is no such pack
     * @throws UnsupportedBlobException when a later Mirage wrote it in a way that this one cannot read
     * @throws IOException when it cannot be read, whatever is in it
     */
    public List<PackDamage> verify(PackId id) throws IOException {
        try (ByteSource pack = blobs.open(id.blobName())) {
            List<PackDamage> damage = new ArrayList<>();
            MessageDigest whole = PackBuilder.sha256();
            long verified = verifyFrames(id, pack, whole, damage);
            digestRest(pack, verified, whole);
            PackId found = PackId.ofDigest(whole.digest());
            if (!found.equals(id)) {
                damage.add(
                        new PackDamage(
                                id,
                                PackDamage.WHOLE_PACK,
                                null,
                                "a pack with its name as digest expected, found " + found));
            }
            return damage;
        }
    }

    /**
     * @return up to where the pack was read and is in the digest
     */
    private static long verifyFrames(
            PackId id, ByteSource pack, MessageDigest whole, List<PackDamage> damage)
            throws IOException {
        PackTable table;
        try {
            table = PackFormat.readTable(id, pack);
        } catch (CorruptPackException e) {
            damage.add(
                    new PackDamage(
                            id, PackDamage.WHOLE_PACK, null, String.valueOf(e.getMessage())));
            return 0;
        }
        Map<Integer, List<PackChunk>> chunks =
                table.chunks().stream().collect(Collectors.groupingBy(PackChunk::frame));
        digest(pack, 0, PackFormat.HEADER_BYTES, whole);
        long end = PackFormat.HEADER_BYTES;
        for (int i = 0; i < table.frames().size(); i++) {
            PackFrame frame = table.frames().get(i);
            ByteBuffer stored = digest(pack, frame.offset(), frame.stored(), whole);
            verifyFrame(id, i, frame, stored, chunks.getOrDefault(i, List.of()), damage);
            end = frame.end();
        }
        return end;
    }

    private static void verifyFrame(
            PackId id,
            int number,
            PackFrame frame,
            ByteBuffer stored,
            List<PackChunk> chunks,
            List<PackDamage> damage) {
        ByteBuffer content;
        try {
            content = PackFormat.decodeFrame(id, number, frame, stored);
        } catch (CorruptPackException e) {
            for (PackChunk chunk : chunks) {
                damage.add(new PackDamage(id, number, chunk.id(), String.valueOf(e.getMessage())));
            }
            return;
        }
        for (PackChunk chunk : chunks) {
            ChunkId found = ChunkId.of(content.slice(chunk.offset(), chunk.length()));
            if (!found.equals(chunk.id())) {
                damage.add(
                        new PackDamage(
                                id,
                                number,
                                chunk.id(),
                                "content with its id as digest expected, found " + found));
            }
        }
    }

    private static void digestRest(ByteSource pack, long from, MessageDigest whole)
            throws IOException {
        for (long at = from; at < pack.length(); ) {
            int count = (int) Math.min(BUFFER_BYTES, pack.length() - at);
            digest(pack, at, count, whole);
            at += count;
        }
    }

    private static ByteBuffer digest(ByteSource pack, long at, int count, MessageDigest whole)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        pack.readFully(at, bytes);
        whole.update(bytes.flip().duplicate());
        return bytes;
    }
}
