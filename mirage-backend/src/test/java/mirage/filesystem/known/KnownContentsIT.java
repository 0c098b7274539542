package mirage.filesystem.known;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.FileSource;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Volumes are called what {@code blkid} calls them. */
final class KnownContentsIT {
    @TempDir private Path directory;

    static List<Marked> marked() {
        return Marked.all();
    }

    @ParameterizedTest
    @MethodSource("marked")
    void theNameIsThatOfBlkid(Marked marked) throws IOException, InterruptedException {
        Path file = Files.write(directory.resolve("volume"), marked.volume());
        // blkid believes in no pool that is smaller.
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(80 << 20);
        }
        Map<String, String> blkid = blkid(file);
        try (FileSource volume = FileSource.open(file)) {
            KnownContent known = Objects.requireNonNull(KnownContents.recognise(volume));
            assertThat(known.type()).isEqualTo(blkid.get("TYPE"));
            assertThat(known.label()).isEqualTo(blkid.getOrDefault("LABEL", ""));
            if (!known.uuid().isEmpty()) {
                assertThat(known.uuid()).isEqualTo(blkid.get("UUID"));
            }
        }
    }

    private static Map<String, String> blkid(Path file) throws IOException, InterruptedException {
        Process blkid =
                new ProcessBuilder("blkid", "-p", "-o", "export", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(blkid.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(blkid.waitFor()).as(output).isZero();
        Map<String, String> values = new HashMap<>();
        for (String line : output.lines().toList()) {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1).replace("\\ ", " "));
        }
        return values;
    }
}
