package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The parts of the reader that images exercise only in their middle. */
final class NtfsPartsTest {
    /** [MS-XCA] 3.3, "LZNT1" example. */
    private static final String EXAMPLE =
            "38b08846232000204720410010a24701a045204400084501507900c04520052413880"
                    + "5b4024a44ef0358028c091601484500be009e000401189000";

    private static final String EXAMPLE_TEXT =
            "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E"
                    + " A F# F# G A A G F# E D D E F# E D D";

    @Test
    void decompressesTheExampleOfTheSpecification() throws IOException {
        byte[] unit = Lznt1.decode(little(HexFormat.of().parseHex(EXAMPLE)), 4096);
        String text = new String(unit, StandardCharsets.US_ASCII);
        assertThat(text.substring(0, EXAMPLE_TEXT.length())).isEqualTo(EXAMPLE_TEXT);
        assertThat(text.substring(EXAMPLE_TEXT.length()).replace("\0", "")).isEmpty();
    }

    /** A chunk that is not compressed, one that is cut off, and what has no chunk. */
    @Test
    void chunksFillWhatTheyHave() throws IOException {
        assertThat(Lznt1.decode(little("02306162630030"), 8))
                .containsExactly("abc\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
        assertThat(Lznt1.decode(little("0000"), 4)).containsOnly(0);
        assertThat(Lznt1.decode(little(""), 4)).containsOnly(0);
        // A copy that overlaps what it writes, beyond the unit's end.
        assertThat(Lznt1.decode(little("03b00261f00f"), 8)).containsOnly('a');
    }

    @Test
    void refusesChunksThatMakeNoSense() {
        assertRefused("ffbf00", "makes no sense");
        assertRefused("01805000", "makes no sense");
        // A copy before anything that could be copied.
        assertRefused("02b0010000", "a copy from 1 bytes before 0");
        assertRefused("02b0026100", "a copy is cut off");
    }

    private static void assertRefused(String chunk, String message) {
        assertThatThrownBy(() -> Lznt1.decode(little(chunk), 4096))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message);
    }

    private static ByteBuffer little(String hexadecimal) {
        return little(HexFormat.of().parseHex(hexadecimal));
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** All of Unicode is UTF-8, and halves of surrogates are told apart. */
    @Test
    void namesBecomeUtf8() {
        String all = "a\u007f\u0080\u07ff\u0800\uffff\ud83d\ude00\udbff\udfff";
        assertThat(utf8(all)).isEqualTo(all.getBytes(StandardCharsets.UTF_8));
        assertThat(utf8("\ud800")).containsExactly(0xed, 0xa0, 0x80);
        assertThat(utf8("\udfff\ud800x")).containsExactly(0xed, 0xbf, 0xbf, 0xed, 0xa0, 0x80, 'x');
        assertThat(utf8("\ud800\ud800\udc00"))
                .containsExactly(0xed, 0xa0, 0x80, 0xf0, 0x90, 0x80, 0x80);
    }

    private static byte[] utf8(String name) {
        ByteBuffer units = ByteBuffer.allocate(2 * name.length()).order(ByteOrder.LITTLE_ENDIAN);
        name.chars().forEach(unit -> units.putChar((char) unit));
        return NtfsNames.toUtf8(units, 0, name.length());
    }

    /** Any range of a compressed file is what reading it whole gives. */
    @Test
    void compressedContentIsReadFromAnywhere() throws IOException {
        ByteSource volume = ByteSources.of(new GoldenImages("ntfs").image("compressed"));
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, new Warnings()));
        List<FileRecord> encoded = new ArrayList<>();
        fileSystem.walk(file -> {
            if (file.content() instanceof FileRecord.Content.Encoded) {
                encoded.add(file);
            }
        });
        assertThat(encoded).hasSizeGreaterThan(7);
        for (FileRecord file : encoded) {
            ByteSource content = fileSystem.content(file);
            byte[] whole = read(content, 0, (int) file.size());
            for (int at = 1; at < file.size() + 10; at += 7919) {
                int count = (int) Math.clamp(file.size() - at, 0, 70_000);
                assertThat(read(content, at, 70_000))
                        .isEqualTo(
                                count == 0
                                        ? new byte[0]
                                        : Arrays.copyOfRange(whole, at, at + count));
            }
        }
    }

    private static byte[] read(ByteSource content, long at, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = content.readAt(at, target);
        assertThat(target.position()).isEqualTo(count);
        return Arrays.copyOf(target.array(), count);
    }

    @Test
    void contentOfAFileThatIsNotCompressedIsRefused() throws IOException {
        ByteSource volume = ByteSources.of(new GoldenImages("ntfs").image("clusters-4k"));
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, new Warnings()));
        List<FileRecord> files = new ArrayList<>();
        fileSystem.walk(files::add);
        FileRecord large =
                files.stream()
                        .filter(file -> file.path().toString().equals("a/of-100000"))
                        .findFirst()
                        .orElseThrow();
        assertThatThrownBy(() -> fileSystem.content(large))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("no compressed stream");
    }

    /** What the list would have placed is missing; the begin of the MFT is there. */
    @Test
    void damagedListOfTheTableHidesWhatItPlaces() throws IOException {
        byte[] image = new GoldenImages("ntfs").image("table-list");
        ByteBuffer bytes = little(image);
        int at = (int) bytes.getLong(48) * 1024;
        at += bytes.getChar(at + 20);
        while (bytes.getInt(at) != NtfsAttribute.ATTRIBUTE_LIST) {
            at += bytes.getInt(at + 4);
        }
        bytes.putShort(at + bytes.getChar(at + 20) + 4, (short) 0);
        Warnings warnings = new Warnings();
        List<String> paths = new ArrayList<>();
        Objects.requireNonNull(FileSystems.open(ByteSources.of(image), warnings))
                .walk(file -> paths.add(file.path().toString()));
        assertThat(paths).startsWith("");
        assertThat(warnings.messages())
                .anyMatch(warning -> warning.contains("$MFT: inode 0: an entry of its attribute"))
                .anyMatch(warning -> warning.contains("is outside the MFT"));
    }
}
