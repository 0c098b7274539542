package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.MissingBlobException;
import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkId;
import mirage.codec.ByteWriter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

final class PackVerifierTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final PackVerifier verifier = new PackVerifier(blobs);

    @Test
    void aWholePackHasNoDamage() throws IOException {
        PackBuilder.Built pack = PackTables.pack(1, NAMES);
        blobs.create(pack.id().blobName(), pack.content());
        assertThat(verifier.verify(pack.id())).isEmpty();
    }

    @Test
    void aDamagedFrameNamesEachChunkThatIsLost() throws IOException {
        PackBuilder.Built pack = PackTables.pack(1, NAMES);
        PackFrame second = pack.table().frames().get(1);
        List<PackDamage> damage = verifyWithFlippedByte(pack, (int) second.offset());
        assertThat(damage.subList(0, 2))
                .extracting(PackDamage::chunk)
                .containsExactly(PackTables.id("d"), PackTables.id("e"));
        assertThat(damage.subList(0, 2))
                .allMatch(d -> d.frame() == 1 && d.what().contains("stored bytes with CRC32C"));
        assertNameDiffers(pack.id(), damage.get(2));
        assertThat(damage).hasSize(3);
    }

    @Test
    void aDamagedTableIsTheWholePack() throws IOException {
        PackBuilder.Built pack = PackTables.pack(1, NAMES);
        int inTable = (int) pack.content().length() - PackFormat.FOOTER_BYTES - 1;
        List<PackDamage> damage = verifyWithFlippedByte(pack, inTable);
        assertThat(damage).hasSize(2);
        assertThat(damage.getFirst().frame()).isEqualTo(PackDamage.WHOLE_PACK);
        assertThat(damage.getFirst().what()).contains("section with CRC32C");
        assertNameDiffers(pack.id(), damage.getLast());
    }

    /** What no checksum of a frame can find: bytes that were wrong when they came, or stand under a wrong id. */
    @Test
    void aChunkThatIsNotItsIdIsFound() throws IOException {
        PackBuilder builder = new PackBuilder();
        ChunkId wrong = PackTables.id("not a");
        builder.add(
                EncodedFrame.encode(
                        PackTables.content("ab"),
                        List.of(
                                new EncodedFrame.PendingChunk(wrong, 1),
                                new EncodedFrame.PendingChunk(PackTables.id("b"), 1)),
                        3));
        PackBuilder.Built pack = builder.build(new byte[PackFormat.SALT_BYTES], 3);
        blobs.create(pack.id().blobName(), pack.content());
        assertThat(verifier.verify(pack.id()))
                .containsExactly(
                        new PackDamage(
                                pack.id(),
                                0,
                                wrong,
                                "content with its id as digest expected, found "
                                        + PackTables.id("a")));
    }

    @Test
    void aWholePackUnderAWrongNameIsFound() throws IOException {
        PackBuilder.Built pack = PackTables.pack(1, NAMES);
        PackId other = new PackId("ab".repeat(32));
        blobs.create(other.blobName(), pack.content());
        List<PackDamage> damage = verifier.verify(other);
        assertThat(damage).hasSize(1);
        assertNameDiffers(other, damage.getFirst());
        assertThat(damage.getFirst().what()).endsWith("found " + pack.id());
    }

    @Test
    void aMissingPackSaysSo() {
        assertThatThrownBy(() -> verifier.verify(new PackId("ab".repeat(32))))
                .isInstanceOf(MissingBlobException.class);
    }

    private List<PackDamage> verifyWithFlippedByte(PackBuilder.Built pack, int at)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) pack.content().length());
        pack.content().readFully(0, bytes);
        byte[] bad = new ByteWriter().bytes(bytes.flip()).toBytes();
        bad[at] ^= 0x10;
        blobs.create(pack.id().blobName(), ByteSources.of(bad));
        return verifier.verify(pack.id());
    }

    private static void assertNameDiffers(PackId pack, PackDamage damage) {
        assertThat(damage.pack()).isEqualTo(pack);
        assertThat(damage.frame()).isEqualTo(PackDamage.WHOLE_PACK);
        assertThat(damage.chunk()).isNull();
        assertThat(damage.what()).startsWith("a pack with its name as digest expected, found ");
    }
}
