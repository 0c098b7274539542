package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** What was uploaded comes back, whole and in ranges, whatever it is. */
final class BitExactIT {
    private static final int RANGES = 25;
    private static final int LONGEST_RANGE = 3_000_000;

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @EnumSource(Acknowledge.class)
    void everyImageComesBackAsItWas(Acknowledge acknowledge) throws Exception {
        TestImages images = TestImages.get();
        Random random = Seed.random("BitExactIT " + acknowledge);
        Path data = folder.resolve("data");
        Map<Path, String> ids = new LinkedHashMap<>();

        try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
            ImageApi api = server.api();
            assertAll(
                    images.all().stream()
                            .map(image ->
                                    () -> {
                                        String id = upload(api, image);
                                        ids.put(image, id);
                                        assertGivesBack(api, id, image, random);
                                    }));
        }
        assertThat(ids).as("images uploaded").hasSameSizeAs(images.all());

        // Now from what the store holds after the end of all work, not from a spool or a cache.
        try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
            ImageApi api = server.api();
            assertAll(
                    ids.entrySet().stream()
                            .map(image ->
                                    () ->
                                            assertGivesBack(
                                                    api,
                                                    image.getValue(),
                                                    image.getKey(),
                                                    random)));
        }
        Launcher.run("verify", "--data", data.toString()).orFail();
    }

    private static String upload(ImageApi api, Path image)
            throws IOException, InterruptedException {
        String id = api.create(image.getFileName().toString(), TestImages.diskFormat(image));
        api.upload(id, image);
        return id;
    }

    private static void assertGivesBack(ImageApi api, String id, Path image, Random random)
            throws IOException, InterruptedException {
        assertFacts(api.show(id), image);
        assertThat(api.downloadSha256(id))
                .as("download of %s", image)
                .isEqualTo(Digests.of("SHA-256", image));
        if (Files.size(image) > 0) {
            assertRanges(api, id, image, random);
        }
    }

    private static void assertFacts(JsonNode record, Path image) throws IOException {
        assertThat(record.path("status").asText()).as("status of %s", image).isEqualTo("active");
        assertThat(record.path("size").asLong())
                .as("size of %s", image)
                .isEqualTo(Files.size(image));
        assertThat(record.path("checksum").asText())
                .as("checksum of %s", image)
                .isEqualTo(Digests.of("MD5", image));
        assertThat(record.path("os_hash_algo").asText()).isEqualTo("sha512");
        assertThat(record.path("os_hash_value").asText())
                .as("os_hash_value of %s", image)
                .isEqualTo(Digests.of("SHA-512", image));
    }

    private static void assertRanges(ImageApi api, String id, Path image, Random random)
            throws IOException, InterruptedException {
        long size = Files.size(image);
        assertRange(api, id, image, "bytes=0-0", 0, 0);
        assertRange(api, id, image, "bytes=" + (size - 1) + "-", size - 1, size - 1);
        for (int i = 0; i < RANGES; i++) {
            long first = random.nextLong(size);
            long last = Math.min(size - 1, first + random.nextInt(LONGEST_RANGE));
            assertRange(api, id, image, "bytes=" + first + "-" + last, first, last);
        }
        assertThat(api.range(id, "bytes=" + size + "-").statusCode())
                .as("a range behind the end of %s", image)
                .isEqualTo(416);
    }

    private static void assertRange(
            ImageApi api, String id, Path image, String range, long first, long last)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = api.range(id, range);
        assertThat(answer.statusCode()).as("%s of %s", range, image).isEqualTo(206);
        assertThat(answer.headers().firstValue("Content-Range"))
                .as("%s of %s", range, image)
                .contains("bytes " + first + "-" + last + "/" + Files.size(image));
        byte[] expected = new byte[Math.toIntExact(last - first + 1)];
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            file.seek(first);
            file.readFully(expected);
        }
        assertThat(Digests.sha256(answer.body()))
                .as("%s of %s", range, image)
                .isEqualTo(Digests.sha256(expected));
    }
}
