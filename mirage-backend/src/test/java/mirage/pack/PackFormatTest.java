package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;
import mirage.codec.UnsupportedBlobException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

final class PackFormatTest {
    private static final List<String> NAMES =
            List.of("first", "and again ".repeat(30), "x", "fourth", "and again ".repeat(20));

    private final PackBuilder.Built pack = PackTables.pack(1, NAMES);
    private final byte[] bytes = bytes(pack.content());

    @Test
    void readsWhatWasWritten() throws IOException {
        PackTable table = PackFormat.readTable(pack.id(), pack.content());
        assertThat(table).isEqualTo(pack.table());
        assertThat(table.packBytes()).isEqualTo(bytes.length);
        assertThat(table.chunks().stream().map(PackChunk::id))
                .containsExactlyElementsOf(NAMES.stream().map(PackTables::id).toList());
        for (PackChunk chunk : table.chunks()) {
            PackFrame frame = table.frames().get(chunk.frame());
            ByteBuffer content =
                    PackFormat.readFrame(pack.id(), chunk.frame(), frame, pack.content());
            assertThat(ChunkId.of(content.slice(chunk.offset(), chunk.length())))
                    .isEqualTo(chunk.id());
        }
    }

    @Test
    void anEmptyPackIsAPack() throws IOException {
        PackBuilder.Built empty = PackTables.pack(1, List.of());
        assertThat(PackFormat.readTable(empty.id(), empty.content()).chunks()).isEmpty();
    }

    @Test
    void theNameIsTheDigestOfTheBytes() {
        assertThat(pack.id().digits()).isEqualTo(ChunkId.of(bytes, 0, bytes.length).toString());
        assertThat(PackTables.pack(1, NAMES).id()).isEqualTo(pack.id());
        assertThat(PackTables.pack(2, NAMES).id()).as("another salt").isNotEqualTo(pack.id());
    }

    /**
     * The pack with the chunks "a" and "bc", salt 0 to 15, byte by byte as docs/format/pack.md has it. Changing it means
     * a new version of the format.
     */
    @Test
    void writesTheDocumentedBytes() {
        PackBuilder builder = new PackBuilder();
        builder.add(
                EncodedFrame.encode(
                        ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII)),
                        List.of(
                                new EncodedFrame.PendingChunk(PackTables.id("a"), 1),
                                new EncodedFrame.PendingChunk(PackTables.id("bc"), 2)),
                        3));
        byte[] salt = new byte[16];
        for (int i = 0; i < 16; i++) {
            salt[i] = (byte) i;
        }
        byte[] found = bytes(builder.build(salt, 3).content());
        ByteBuffer body = ByteBuffer.allocate(16 + 2 + 10 + 2 + 64);
        body.put(salt).put(hex("01" + "02"));
        body.put(hex("03" + "02" + "364b3fb7" + "364b3fb7")); // CRC-32C of "abc"
        body.put(hex("01" + "02"));
        PackTables.id("a").write(body);
        PackTables.id("bc").write(body);
        ByteBuffer section = Section.encode(body.flip(), 3);
        ByteBuffer footer = ByteBuffer.allocate(20);
        footer.putLong(19).putInt(section.remaining());
        footer.putInt(mirage.codec.Checksum.crc32c(footer.slice(0, 12))).put(hex("4b43504d"));
        ByteBuffer expected = ByteBuffer.allocate(16 + 3 + section.remaining() + 20);
        expected.put(new BlobFraming("MPCK", 1, 0).header(0, 0));
        expected.put(hex("616263")).put(section).put(footer.flip());
        assertThat(found).isEqualTo(expected.array());
    }

    /** Every bit of the pack: the store reads back what was put, or says that it cannot. */
    @Test
    void everyFlippedBitIsFoundOrHarmless() throws IOException {
        int whole = 0;
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] bad = bytes.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            whole += readsRightOrThrows(bad, "bit " + bit);
            assertThat(verify(bad)).as("bit %d", bit).isNotEmpty();
        }
        assertThat(whole).as("chunks that still read, of those in the other frame").isPositive();
    }

    @Test
    void everyOtherLengthIsFound() throws IOException {
        for (int length = 0; length < bytes.length + 40; length++) {
            if (length != bytes.length) {
                byte[] bad = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> PackFormat.readTable(pack.id(), ByteSources.of(bad)))
                        .as("length %d", length)
                        .isInstanceOf(CorruptPackException.class);
                assertThat(verify(bad)).isNotEmpty();
            }
        }
    }

    @Test
    void anyDamageIsFoundOrHarmless() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] bad = bytes.clone();
            int start = random.nextInt(bad.length);
            int end = start + 1 + random.nextInt(Math.min(64, bad.length - start));
            for (int at = start; at < end; at++) {
                bad[at] = (byte) random.nextInt(256);
            }
            readsRightOrThrows(bad, "damage " + i);
        }
    }

    private int readsRightOrThrows(byte[] bad, String when) throws IOException {
        PackTable table;
        try {
            table = PackFormat.readTable(pack.id(), ByteSources.of(bad));
        } catch (CorruptPackException expected) {
            assertThat(expected).hasMessageContaining(pack.id().digits());
            return 0;
        }
        assertThat(table).as(when).isEqualTo(pack.table());
        int right = 0;
        for (PackChunk chunk : table.chunks()) {
            try {
                ByteBuffer frame =
                        PackFormat.readFrame(
                                pack.id(),
                                chunk.frame(),
                                table.frames().get(chunk.frame()),
                                ByteSources.of(bad));
                assertThat(ChunkId.of(frame.slice(chunk.offset(), chunk.length())))
                        .as(when)
                        .isEqualTo(chunk.id());
                right++;
            } catch (CorruptPackException expected) {
                assertThat(expected).hasMessageContaining("frame " + chunk.frame());
            }
        }
        return right;
    }

    private List<PackDamage> verify(byte[] content) throws IOException {
        try (MemoryBlobStore blobs = new MemoryBlobStore()) {
            blobs.create(pack.id().blobName(), ByteSources.of(content));
            return new PackVerifier(blobs).verify(pack.id());
        }
    }

    /** Well checksummed tables that say what cannot be: as a faulty writer would make them. */
    @ParameterizedTest
    @CsvSource({
        "01 01   03 01 AA BB   03 II, ''",
        "01 01   00 01 AA BB   03 II, stored bytes of a frame",
        "01 01   03 00 AA BB   03 II, chunks of a frame",
        "01 01   03 01 AA BB   00 II, length of a chunk",
        "01 01   03 01 AA BB   02 II, is stored in more than it has",
        "01 01   03 02 AA BB   03 II, chunks expected",
        "01 02   03 01 AA BB   0303 IIII, 2 chunks in frames up to 19 expected",
        "01 01   02 01 AA BB   03 II, found 1 up to 18",
        "01 01   03 01 AA BB   03 II 00, end expected",
        "01 01   03 01 AA BB   03, number of chunks",
        "ffffffff0f 01 03 01 AA BB 03 II, number of frames",
        "01 ffffffff0f 03 01 AA BB 03 II, number of chunks",
        "01 01   03 01 AA BB   8180800800 II, length of a chunk",
        "01 02   03 02 AA BB   8080800801 IIII, is too large",
        "00 00, found 0 up to 16"
    })
    void refusesTablesThatCannotBe(String table, String expected) throws IOException {
        ByteWriter body = new ByteWriter().bytes(new byte[16]);
        body.bytes(
                hex(
                        table.replace("AA", "364b3fb7")
                                .replace("BB", "364b3fb7")
                                .replace("II", "00".repeat(32))
                                .replace(" ", "")));
        ByteBuffer section = Section.encode(body.toBuffer(), 3);
        ByteWriter blob = new ByteWriter().bytes(PackFormat.header()).bytes(hex("616263"));
        blob.bytes(section).bytes(PackFormat.footer(19, section.remaining()));
        ByteSource source = ByteSources.of(blob.toBuffer());
        if (expected.isEmpty()) {
            assertThat(PackFormat.readTable(pack.id(), source).chunks()).hasSize(1);
        } else {
            assertThatThrownBy(() -> PackFormat.readTable(pack.id(), source))
                    .isInstanceOf(CorruptPackException.class)
                    .hasMessageContaining(expected);
        }
    }

    @Test
    void refusesALaterVersion() {
        byte[] later = bytes.clone();
        new BlobFraming("MPCK", 2, 0).header(0, 0).get(later, 0, 16);
        assertThatThrownBy(() -> PackFormat.readTable(pack.id(), ByteSources.of(later)))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessageContaining("version from 1 to 1 expected, found 2");
    }

    @Test
    void namesWhatIsDamaged() {
        byte[] bad = bytes.clone();
        bad[20] ^= 1;
        PackFrame frame = pack.table().frames().getFirst();
        assertThatThrownBy(() -> PackFormat.readFrame(pack.id(), 0, frame, ByteSources.of(bad)))
                .isInstanceOfSatisfying(
                        CorruptPackException.class, e -> assertThat(e.pack()).isEqualTo(pack.id()))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageMatching(
                        "pack "
                                + pack.id()
                                + " at 16: frame 0: stored bytes with CRC32C [0-9a-f]{8} expected,"
                                + " found [0-9a-f]{8}");
    }

    private static byte[] bytes(ByteSource source) {
        ByteBuffer bytes = ByteBuffer.allocate((int) source.length());
        try {
            source.readFully(0, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.array();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
