package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;

import mirage.glance.api.TestService.Answer;
import mirage.glance.schema.FormatNames;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.FormatCheck;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * What is refused for what it is, over HTTP, and which virtual size the rest gets. The images are those that the
 * library's inspector is tested with; the table holds what was measured of Glance 25.1 and its newest release.
 */
final class FormatCheckTest {
    private static final Path GOLDEN =
            Path.of("../mirage-backend/src/test/resources/golden/inspect");
    private static final List<String> ALLOWED = List.of("streamOptimized", "monolithicSparse");
    private static final ContentCheck USUAL = new FormatCheck(false, ALLOWED);

    @TempDir Path directory;
    private final List<TestService> services = new ArrayList<>();

    @AfterEach
    void stop() {
        services.forEach(TestService::close);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "format-check.csv", useHeadersInDisplayName = true)
    void answersAsGlance(
            String image, String disk, String container, int zed, int latest, String virtualSize)
            throws IOException {
        byte[] bytes = golden(image);
        String ofSize = "size".equals(virtualSize) ? Integer.toString(bytes.length) : virtualSize;
        for (ContentCheck check : List.of(ContentCheck.NOTHING, USUAL)) {
            TestService service = service(check);
            String id =
                    service.create(
                            "{'disk_format': '"
                                    + disk
                                    + "', 'container_format': '"
                                    + container
                                    + "'}");
            boolean isTaken = (check == USUAL ? latest : zed) == 204;
            Answer answer = service.put(id, bytes).send(isTaken ? 204 : 415);
            JsonNode record = service.image(id);
            assertThat(record.path("status").asText()).isEqualTo(isTaken ? "active" : "queued");
            assertThat(record.path("virtual_size").asText()).isEqualTo(isTaken ? ofSize : "null");
            if (!isTaken) {
                assertThat(answer.text())
                        .startsWith(
                                "415 Unsupported Media Type\n\nThe request media type"
                                        + " application/octet-stream is not supported by this"
                                        + " server.");
                assertThat(answer.header("Content-Type")).startsWith("text/plain");
                service.get("/v2/images/" + id + "/file").send(204);
            }
        }
    }

    @Test
    void whatWasRefusedIsGoneAndAnotherMayCome() throws IOException {
        TestService service = service(USUAL);
        String id = service.create("{'disk_format': 'qcow2', 'container_format': 'bare'}");
        service.put(id, golden("zeros")).send(415);
        assertThat(service.library.list()).isEmpty();
        service.put(id, golden("qcow2-v3")).send(204);
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes())
                .isEqualTo(golden("qcow2-v3"));
    }

    @Test
    void anImageWithoutBytesIsOfAnyFormat() throws IOException {
        TestService service = service(USUAL);
        String id = service.create("{'disk_format': 'qcow2', 'container_format': 'bare'}");
        service.put(id, new byte[0]).send(204);
    }

    @ParameterizedTest
    @CsvSource({"gpt-extra,raw,415", "gpt-extra,aki,204", "gpt,raw,204", "qcow2-in-mbr,raw,415"})
    void partitionTablesMayBeTakenSeriously(String image, String disk, int status)
            throws IOException {
        TestService service = service(new FormatCheck(true, ALLOWED));
        String id = service.create("{'disk_format': '" + disk + "', 'container_format': 'bare'}");
        service.put(id, golden(image)).send(status);
    }

    @ParameterizedTest
    @CsvSource({"vmdk-converted,415", "vmdk-monolithicSparse,204", "vmdk-monolithicFlat,415"})
    void onlyListedKindsOfVmdkAreTaken(String image, int status) throws IOException {
        List<String> types = List.of("monolithicSparse", "monolithicFlat");
        TestService service = service(new FormatCheck(false, types));
        String id = service.create("{'disk_format': 'vmdk', 'container_format': 'bare'}");
        service.put(id, golden(image)).send(status);
    }

    @Test
    void operatorsNameTheFormats() throws IOException {
        ApiSettings settings =
                settings().withFormats(new FormatNames(List.of("gpt", "raw"), List.of("bare")));
        TestService service = TestService.demanding(directory, USUAL, settings);
        services.add(service);
        String id = service.create("{'disk_format': 'gpt', 'container_format': 'bare'}");
        service.put(id, golden("gpt")).send(204);
        service.put(
                        service.create("{'disk_format': 'gpt', 'container_format': 'bare'}"),
                        golden("zeros"))
                .send(415);
        service.post("/v2/images", "{'disk_format': 'qcow2'}").send(400);
        service.post("/v2/images", "{'container_format': 'ovf'}").send(400);
        JsonNode schema = service.get("/v2/schemas/image").send(200).json();
        assertThat(schema.at("/properties/disk_format/enum")).hasToString("[null,\"gpt\",\"raw\"]");
        assertThat(schema.at("/properties/container_format/enum")).hasToString("[null,\"bare\"]");
    }

    /** An archive is not looked into, and is no disk image. */
    @ParameterizedTest
    @CsvSource({"vmdk,ova,204,null", "qcow2,ova,204,null", "vmdk,bare,415,", "raw,bare,204,size"})
    void anArchiveOfDisksIsTakenForWhatItIs(
            String disk, String container, int status, @Nullable String virtualSize)
            throws IOException {
        byte[] ova = ova();
        TestService service = service(USUAL);
        String id =
                service.create(
                        "{'disk_format': '" + disk + "', 'container_format': '" + container + "'}");
        service.put(id, ova).send(status);
        if (virtualSize != null) {
            assertThat(service.image(id).path("virtual_size").asText())
                    .isEqualTo(
                            virtualSize.equals("size")
                                    ? Integer.toString(ova.length)
                                    : virtualSize);
        }
    }

    private static byte[] ova() throws IOException {
        Path file = GOLDEN.resolveSibling("ova/ustar-stream.ova.zst");
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    @Test
    void gptIsNoFormatByDefault() throws IOException {
        service(USUAL).post("/v2/images", "{'disk_format': 'gpt'}").send(400);
    }

    private TestService service(ContentCheck check) throws IOException {
        TestService service = TestService.demanding(directory, check, settings());
        services.add(service);
        return service;
    }

    private static ApiSettings settings() {
        ApiSettings usual = TestService.settings();
        return usual.withLimits(usual.limits().withImageSizeCap(100 << 20));
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(GOLDEN.resolve(name + ".gz")))) {
            return in.readAllBytes();
        }
    }
}
