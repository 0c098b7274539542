package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;

import mirage.catalog.ImageId;
import mirage.glance.policy.InjectedProperties;
import mirage.glance.transfer.FormatCheck;
import mirage.glance.transfer.ImportPlugin;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Imports whose bytes are changed on their way, over HTTP. */
final class ImportPluginsTest {
    private static final Path GOLDEN = Path.of("../mirage-backend/src/test/resources/golden");
    private static final byte[] RAW =
            "the disk of a guest\n".repeat(5000).getBytes(StandardCharsets.UTF_8);
    private static final List<ImportPlugin> BOTH =
            List.of(ImportPlugin.IMAGE_DECOMPRESSION, ImportPlugin.IMAGE_CONVERSION);

    @TempDir Path directory;
    private final List<TestService> services = new ArrayList<>();
    private TestService service;
    private String id;

    /** Each test starts it anew with what it is about. */
    @BeforeEach
    void startPlain() throws IOException {
        start("raw", "bare");
    }

    private void start(String diskFormat, String containerFormat, ImportPlugin... plugins)
            throws IOException {
        service =
                TestService.changing(
                        directory,
                        new FormatCheck(false, List.of("monolithicSparse")),
                        TestService.settings()
                                .withInjected(
                                        new InjectedProperties(
                                                Map.of("licence", "paid"), Set.of("admin"))),
                        List.of(plugins));
        services.add(service);
        id =
                service.create(
                        "{'disk_format': '"
                                + diskFormat
                                + "', 'container_format': '"
                                + containerFormat
                                + "'}");
    }

    @AfterEach
    void stop() {
        services.forEach(TestService::close);
    }

    @ParameterizedTest
    @CsvSource({
        "qcow2, qcow2/v3, .qcow2",
        "qcow2, qcow2/zlib, .qcow2",
        "qcow2, qcow2/zstd, .qcow2",
        "qcow2, qcow2/cluster-4k-zstd, .qcow2",
        "vhd, disks/vhd-fixed, .img",
        "vhd, disks/vhd-dynamic, .img",
        "vdi, disks/vdi-dynamic, .img",
        "vmdk, disks/vmdk-sparse, .img",
        "vmdk, disks/vmdk-stream, .img",
        "ploop, disks/ploop-converted, .img"
    })
    void anImageBecomesWhatItsGuestSees(String format, String golden, String suffix)
            throws Exception {
        start(format, "bare", ImportPlugin.IMAGE_CONVERSION);
        JsonNode image = imported(unpacked(golden + suffix), "success");
        JsonNode expected = new ObjectMapper().readTree(GOLDEN.resolve(golden + ".json").toFile());
        long size = expected.path("virtualSize").asLong();
        byte[] disk = service.get("/v2/images/" + id + "/file").send(200).bytes();
        assertThat(digest("SHA-256", disk)).isEqualTo(expected.path("sha256").asText());
        assertThat(image.path("disk_format").asText()).isEqualTo("raw");
        assertThat(image.path("container_format").asText()).isEqualTo("bare");
        assertThat(image.path("size").asLong()).isEqualTo(size);
        assertThat(image.path("virtual_size").asLong()).isEqualTo(size);
        assertThat(image.path("checksum").asText()).isEqualTo(digest("MD5", disk));
        assertThat(image.path("os_hash_value").asText()).isEqualTo(digest("SHA-512", disk));
        assertThat(service.library.list()).hasSize(1);
    }

    @Test
    void theDiskOfAMachineBecomesTheImage() throws Exception {
        start("vmdk", "ova", ImportPlugin.IMAGE_CONVERSION);
        JsonNode image = imported(unpacked("ova/ustar-stream.ova"), "success");
        JsonNode expected =
                new ObjectMapper().readTree(GOLDEN.resolve("disks/vmdk-stream.json").toFile());
        byte[] disk = service.get("/v2/images/" + id + "/file").send(200).bytes();
        assertThat(digest("SHA-256", disk)).isEqualTo(expected.path("sha256").asText());
        assertThat(image.path("disk_format").asText()).isEqualTo("raw");
        assertThat(image.path("container_format").asText()).isEqualTo("bare");
        assertThat(image.path("size").asLong()).isEqualTo(disk.length);
    }

    @Test
    void ofAMachineOfSeveralDisksNoneBecomesTheImage() throws Exception {
        start("vmdk", "ova", ImportPlugin.IMAGE_CONVERSION);
        requireRefused(
                unpacked("ova/ustar-two-disks.ova"),
                "The image cannot be converted: the image is of several disks");
    }

    @Test
    void whatIsSaidToBeAMachineMayBeADisk() throws Exception {
        start("vmdk", "ova", ImportPlugin.IMAGE_CONVERSION);
        imported(unpacked("disks/vmdk-sparse.img"), "success");
        start("qcow2", "ova", ImportPlugin.IMAGE_CONVERSION);
        requireRefused(
                unpacked("disks/vmdk-sparse.img"),
                "Image content does not match disk_format qcow2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "xz", "zip"})
    void whatWasCompressedIsTakenOut(String how) throws Exception {
        start("raw", "bare", ImportPlugin.IMAGE_DECOMPRESSION);
        JsonNode image = imported(compressed(how, RAW), "success");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(RAW);
        assertThat(image.path("size").asLong()).isEqualTo(RAW.length);
        assertThat(service.library.list()).hasSize(1);
    }

    @Test
    void aCompressedQcow2BecomesRaw() throws Exception {
        start("qcow2", "bare", BOTH.toArray(ImportPlugin[]::new));
        byte[] packed = compressed("gzip", unpacked("qcow2/v3.qcow2"));
        JsonNode image = imported(packed, "success");
        assertThat(image.path("disk_format").asText()).isEqualTo("raw");
        assertThat(image.path("size").asLong()).isEqualTo((1 << 20) + 3 * 512);
    }

    @Test
    void aContainerThatIsCompressedStaysSo() throws Exception {
        start("raw", "compressed", ImportPlugin.IMAGE_DECOMPRESSION);
        byte[] packed = compressed("gzip", RAW);
        imported(packed, "success");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(packed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    qcow2 | qcow2-backing   | Image has disallowed configuration
                    qcow2 | qcow2-data-file | Image has disallowed configuration
                    qcow2 | zeros           | Image content does not match disk_format qcow2
                    ploop | zeros           | Image content does not match disk_format ploop
                    iso   | zeros           | Unable to convert from format iso
                    """)
    void whatIsNotConvertedIsRefused(String format, String golden, String message)
            throws Exception {
        start(format, "bare", ImportPlugin.IMAGE_CONVERSION);
        requireRefused(unpacked("inspect/" + golden), message);
    }

    @ParameterizedTest
    @CsvSource({"vmdk, vmdk-monolithicFlat", "vdi, damaged/vdi-differencing"})
    void whatHasNoDiskOfItsOwnIsRefused(String format, String golden) throws Exception {
        start(format, "bare", ImportPlugin.IMAGE_CONVERSION);
        requireRefused(unpacked("disks/" + golden + ".img"), "Image");
    }

    @Test
    void damageAndBombsAreRefused() throws Exception {
        start("raw", "bare", ImportPlugin.IMAGE_DECOMPRESSION);
        byte[] packed = compressed("gzip", RAW);
        requireRefused(
                Arrays.copyOf(packed, packed.length / 2), "The image cannot be decompressed");
        byte[] xz = compressed("xz", RAW);
        requireRefused(Arrays.copyOf(xz, xz.length / 2), "The image cannot be decompressed");
        xz[xz.length / 2] ^= 1;
        requireRefused(xz, "The image cannot be decompressed");
        byte[] bomb = compressed("gzip", new byte[(int) TestService.SIZE_CAP + 1]);
        requireRefused(bomb, "The image has more than " + TestService.SIZE_CAP + " bytes.");
        requireRefused(
                zip("one", "two"), "The image cannot be decompressed: the archive holds more");
        requireRefused(
                Arrays.copyOf(compressed("zip", RAW), 5), "The image cannot be decompressed");
    }

    @Test
    void aDiskGreaterThanTheCapIsRefused() throws Exception {
        start("qcow2", "bare", ImportPlugin.IMAGE_CONVERSION);
        byte[] huge = unpacked("inspect/qcow2-v3");
        // Its tables end where the small disk ends; the rest of the great one reads as holes.
        huge[24 + 4] = 1;
        requireRefused(huge, "The image has more than " + TestService.SIZE_CAP + " bytes.");
    }

    @Test
    void aRunThatWasCutShortIsFinished() throws Exception {
        start("raw", "bare", ImportPlugin.IMAGE_DECOMPRESSION);
        stage(compressed("gzip", RAW));
        // As it is between the removal of the old bytes and the move of the new ones.
        service.library.delete(new ImageId(id));
        service.library.store(new ImageId(id + ".made"), "", new ByteArrayInputStream(RAW));
        assertThat(ended(null)).isEqualTo("success");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(RAW);
        assertThat(service.library.list()).hasSize(1);
    }

    @Test
    void propertiesAreInjected() throws Exception {
        start("raw", "bare", ImportPlugin.INJECT_IMAGE_METADATA);
        assertThat(imported(RAW, "success").path("licence").asText()).isEqualTo("paid");
        id = service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
        stage(RAW);
        assertThat(ended("admin")).isEqualTo("success");
        assertThat(service.image(id).has("licence")).isFalse();
    }

    private void requireRefused(byte[] bytes, String message) throws Exception {
        JsonNode image = imported(bytes, "failure");
        assertThat(image.path("status").asText()).isEqualTo("queued");
        assertThat(lastTask().path("message").asText()).startsWith(message);
        assertThat(service.library.list()).isEmpty();
    }

    private JsonNode imported(byte[] bytes, String status) throws Exception {
        stage(bytes);
        assertThat(ended(null)).isEqualTo(status);
        return service.image(id);
    }

    private void stage(byte[] bytes) {
        service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(bytes)
                .send(204);
    }

    /** Imports what is staged; how its task ended. */
    private String ended(@Nullable String user) throws Exception {
        TestService.Call begin =
                service.post(
                        "/v2/images/" + id + "/import", "{'method': {'name': 'glance-direct'}}");
        (user == null ? begin : begin.as(user)).send(202);
        for (int i = 0; i < 600; i++) {
            JsonNode last = lastTask();
            if (last.path("expires_at").isTextual()) {
                return last.path("status").asText();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the task does not end");
    }

    private JsonNode lastTask() {
        JsonNode tasks = service.get("/v2/images/" + id + "/tasks").send(200).json().path("tasks");
        return tasks.path(tasks.size() - 1);
    }

    private static byte[] compressed(String how, byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (how) {
            case "gzip" -> {
                try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                    gzip.write(plain);
                }
            }
            case "xz" -> {
                try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
                    xz.write(plain);
                }
            }
            default -> {
                try (ZipOutputStream zip = new ZipOutputStream(out)) {
                    zip.putNextEntry(new ZipEntry("disk.img"));
                    zip.write(plain);
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(RAW);
            }
        }
        return out.toByteArray();
    }

    private static byte[] unpacked(String name) throws IOException {
        Path zstd = GOLDEN.resolve(name + ".zst");
        try (InputStream in =
                Files.exists(zstd)
                        ? new ZstdInputStream(Files.newInputStream(zstd))
                        : new GZIPInputStream(Files.newInputStream(GOLDEN.resolve(name + ".gz")))) {
            return in.readAllBytes();
        }
    }

    private static String digest(String algorithm, byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(data));
    }
}
