package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Nova's bases on XFS: what a child has of its parent takes no room a second time. Needs root, a loop device, xfsprogs and
 * {@code filefrag} of e2fsprogs.
 */
final class SharedBlocksIT {
    /** {@code mkfs.xfs} makes none below 300 MiB. */
    private static final long SIZE_BYTES = 320L << 20;

    /** {@code logical..: physical..: length: flags}, in blocks of 4096 bytes. */
    private static final Pattern SHARED_EXTENT =
            Pattern.compile("^ *[0-9]+:.*: +([0-9]+):.*\\bshared\\b", Pattern.MULTILINE);

    @TempDir private Path directory;
    private Path mount;

    @BeforeEach
    void mount() throws Exception {
        Path image = directory.resolve("xfs");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE_BYTES);
        }
        run("mkfs.xfs", "-q", "-m", "reflink=1", image.toString());
        mount = Files.createDirectory(directory.resolve("mount"));
        run("mount", "-o", "loop", image.toString(), mount.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", mount.toString());
    }

    @Test
    void aChildSharesBlocksWithItsParent() throws Exception {
        try (Corpus corpus = new Corpus(Files.createDirectory(directory.resolve("service")));
                Host host = new Host(corpus, Tier.SEEDING, mount)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            Path base = host.disk.baseOf(Corpus.CHILD);
            assertThat(base).hasBinaryContent(Corpus.disk(Corpus.CHILD));
            assertThat(sharedBytes(base))
                    .as("bytes of %d that are shared", Files.size(base))
                    .isGreaterThan(Files.size(base) / 2);
            host.agent.restart();
            host.requireSound();
        }
    }

    private static long sharedBytes(Path file) throws IOException, InterruptedException {
        Matcher extent = SHARED_EXTENT.matcher(run("filefrag", "-v", "-b4096", file.toString()));
        long blocks = 0;
        while (extent.find()) {
            blocks += Long.parseLong(extent.group(1));
        }
        return blocks * 4096;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), said).isZero();
        return said;
    }
}
