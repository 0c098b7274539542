package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.conformance.Commands.Finished;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What an operator does to a running service: settings, signals, certificates. */
@Timeout(300)
final class ServeIT {
    private static final Path CERTIFICATES =
            Path.of("../glance-adapter/src/test/resources/mirage/glance/http/tls")
                    .toAbsolutePath()
                    .normalize();
    private static final int IMAGE_BYTES = 40_000_000;

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private RunningMirage start(String settings) throws IOException, InterruptedException {
        Path file = settings(settings);
        return RunningMirage.start(folder.resolve("data"), "--config-file", file.toString());
    }

    private Path settings(String settings) throws IOException {
        return Files.writeString(folder.resolve("mirage.conf"), "[DEFAULT]\n" + settings);
    }

    private static byte[] image() {
        byte[] bytes = new byte[IMAGE_BYTES];
        new Random(11).nextBytes(bytes);
        return bytes;
    }

    /** An upload of which half was sent. */
    private static Socket halfUpload(RunningMirage mirage, String id, byte[] image)
            throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), mirage.address().getPort());
        socket.setSoTimeout(60_000);
        OutputStream out = socket.getOutputStream();
        out.write(mirage.api().uploadHead(id, image.length).getBytes(StandardCharsets.US_ASCII));
        out.write(image, 0, image.length / 2);
        out.flush();
        await(() -> mirage.api().show(id).path("status").asText().equals("saving"));
        return socket;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static int healthcheck(HttpClient client, RunningMirage mirage) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(mirage.address() + "/healthcheck"))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void anUploadUnderWayEndsWellWhenTheServiceIsToldToStop() throws Exception {
        byte[] image = image();
        String id;
        try (RunningMirage mirage = start("stop_drain_delay = 3\nstop_timeout = 2m\n");
                HttpClient client = HttpClient.newHttpClient()) {
            id = mirage.api().create("in flight", "raw");
            assertThat(healthcheck(client, mirage)).isEqualTo(200);
            try (Socket upload = halfUpload(mirage, id, image)) {
                mirage.signal("TERM");
                // 1. Load balancers are told.
                await(() -> healthcheck(client, mirage) == 503);
                // 2. After the drain delay nobody else gets in.
                await(() -> isRefused(mirage));
                // 3. Who is in has time.
                TimeUnit.SECONDS.sleep(2);
                assertThat(mirage.isAlive()).isTrue();
                upload.getOutputStream().write(image, image.length / 2, image.length / 2);
                assertThat(firstLine(upload)).startsWith("HTTP/1.1 204");
            }
            mirage.awaitEnd();
        }
        try (RunningMirage again = start("")) {
            assertThat(again.api().show(id).path("status").asText()).isEqualTo("active");
            assertThat(again.api().downloadSha256(id)).isEqualTo(Digests.sha256(image));
        }
    }

    private static boolean isRefused(RunningMirage mirage) throws IOException {
        try (Socket probe =
                new Socket(InetAddress.getLoopbackAddress(), mirage.address().getPort())) {
            return !probe.isConnected();
        } catch (ConnectException refused) {
            return true;
        }
    }

    private static String firstLine(Socket socket) throws IOException {
        return String.valueOf(
                new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine());
    }

    @Test
    void aSecondSignalCutsWhatTheFirstWaitsFor() throws Exception {
        byte[] image = image();
        String id;
        try (RunningMirage mirage = start("stop_timeout = 1d\n")) {
            id = mirage.api().create("cut", "raw");
            try (Socket upload = halfUpload(mirage, id, image)) {
                mirage.signal("TERM");
                await(() -> isRefused(mirage));
                TimeUnit.SECONDS.sleep(1);
                assertThat(mirage.isAlive()).isTrue();
                mirage.signal("TERM");
                mirage.awaitEnd();
                assertThatThrownBy(
                                () -> {
                                    while (true) {
                                        upload.getOutputStream().write(image);
                                    }
                                })
                        .isInstanceOf(IOException.class);
            }
        }
        try (RunningMirage again = start("")) {
            assertThat(again.api().show(id).path("status").asText()).isEqualTo("queued");
            again.api().upload(id, Files.write(folder.resolve("image"), image));
            assertThat(again.api().downloadSha256(id)).isEqualTo(Digests.sha256(image));
        }
    }

    @Test
    void aHangupTakesInLevelsAndCertificatesAndNothingElse() throws Exception {
        String tls =
                "ssl_cert_file = %s/s.crt\nssl_key_file = %s/s.key\nlog_format = json\n"
                        .formatted(folder, folder);
        certificate("rsa");
        try (RunningMirage mirage = start(tls + "log_level = warn\n")) {
            assertThat(served(mirage)).contains("CN=rsa");
            assertThat(mirage.log()).doesNotContain("mirage.glance.access");

            certificate("ec");
            settings(tls + "log_level = info\nstructurers = 3\n");
            mirage.signal("HUP");
            await(() -> mirage.log().contains("levels of logs taken in"));
            await(() -> mirage.log().contains("certificate taken in"));
            assertThat(mirage.log()).contains("[DEFAULT] structurers: needs a new start");
            assertThat(served(mirage)).contains("CN=ec");
            await(() -> mirage.log().contains("mirage.glance.access"));

            settings(tls + "log_levle = warn\n");
            mirage.signal("HUP");
            await(() -> mirage.log().contains("did you mean log_level?"));
            assertThat(served(mirage)).as("goes on as before").contains("CN=ec");
            for (String line : Files.readAllLines(folder.resolve("data.log"))) {
                if (line.startsWith("{")) {
                    assertThat(new ObjectMapper().readTree(line).path("time").asText())
                            .endsWith("Z");
                }
            }
        }
    }

    private void certificate(String name) throws IOException {
        for (String suffix : List.of("crt", "key")) {
            Files.copy(
                    CERTIFICATES.resolve(name + "." + suffix),
                    folder.resolve("s." + suffix),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What curl says of the connection, with the authority's certificate as its only trust. */
    private static String served(RunningMirage mirage) throws Exception {
        Commands.require("curl", "curl");
        return Commands.run(
                        "curl",
                        "--silent",
                        "--show-error",
                        "--verbose",
                        "--cacert",
                        CERTIFICATES.resolve("authority.crt").toString(),
                        mirage.address().toString())
                .orFail()
                .errors();
    }

    @Test
    void theStandardClientWorksOverTls() throws Exception {
        Commands.require("openstack", "python3-openstackclient");
        certificate("rsa");
        Path image = Files.write(folder.resolve("image"), image());
        Path saved = folder.resolve("saved");
        try (RunningMirage mirage =
                start(
                        "ssl_cert_file = %s/s.crt\nssl_key_file = %s/s.key\n"
                                .formatted(folder, folder))) {
            assertThat(mirage.address().getScheme()).isEqualTo("https");
            openstack(
                            mirage,
                            "image",
                            "create",
                            "--disk-format",
                            "raw",
                            "--container-format",
                            "bare",
                            "--file",
                            image.toString(),
                            "over-tls")
                    .orFail();
            openstack(mirage, "image", "save", "--file", saved.toString(), "over-tls").orFail();
        }
        assertThat(Digests.of("SHA-256", saved)).isEqualTo(Digests.sha256(image()));
    }

    private static Finished openstack(RunningMirage mirage, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "openstack";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().keySet().removeIf(name -> name.startsWith("OS_"));
        process.environment().put("OS_AUTH_TYPE", "admin_token");
        process.environment().put("OS_ENDPOINT", mirage.address() + "/v2");
        process.environment().put("OS_TOKEN", mirage.token());
        process.environment().put("OS_CACERT", CERTIFICATES.resolve("authority.crt").toString());
        return Commands.run(process);
    }

    @Test
    void metricsAreServedWhereTheyAreAskedFor() throws Exception {
        try (RunningMirage mirage = start("metrics_bind = 127.0.0.1:0\n");
                HttpClient client = HttpClient.newHttpClient()) {
            mirage.api().create("counted", "raw");
            String address =
                    mirage.log()
                            .lines()
                            .filter(line -> line.contains("metrics at "))
                            .findFirst()
                            .orElseThrow()
                            .replaceFirst(".*metrics at ", "");
            HttpResponse<String> scrape =
                    client.send(
                            HttpRequest.newBuilder(URI.create(address)).build(),
                            BodyHandlers.ofString());
            assertThat(scrape.body())
                    .contains(
                            "mirage_http_requests_seconds_count{method=\"POST\",route=\"/images\",status=\"2xx\"} 1",
                            "mirage_library_images{store=\"default\"} 0.0",
                            "mirage_library_images_waiting 0.0",
                            "hikaricp_connections_max{pool=\"records\"}",
                            "mirage_build_info");
        }
    }

    @Test
    void linksBeginAsClientsKnowTheService() throws Exception {
        String create = "{\"name\": \"linked\"}";
        try (RunningMirage mirage = start("public_endpoint = https://cloud.example.org/image/\n");
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> versions =
                    client.send(
                            HttpRequest.newBuilder(mirage.address().resolve("/versions")).build(),
                            BodyHandlers.ofString());
            assertThat(versions.body()).contains("\"https://cloud.example.org/image/v2/\"");
            HttpResponse<String> created =
                    client.send(
                            HttpRequest.newBuilder(mirage.address().resolve("/v2/images"))
                                    .header("X-Auth-Token", mirage.token())
                                    .header("Content-Type", "application/json")
                                    // Nobody switched on that they count.
                                    .header("X-Forwarded-Host", "evil.example.org")
                                    .POST(HttpRequest.BodyPublishers.ofString(create))
                                    .build(),
                            BodyHandlers.ofString());
            JsonNode image = new ObjectMapper().readTree(created.body());
            String id = image.path("id").asText();
            assertThat(created.headers().firstValue("Location"))
                    .contains("https://cloud.example.org/image/v2/images/" + id);
            assertThat(image.path("self").asText()).isEqualTo("/v2/images/" + id);
            assertThat(image.path("file").asText()).isEqualTo("/v2/images/" + id + "/file");
            assertThat(image.path("schema").asText()).isEqualTo("/v2/schemas/image");
        }
    }

    @Test
    void wrongSettingsStopTheStartAndAreNamed() throws Exception {
        Path file = settings("bind_prot = 80\nimage_size_cap = much\n");
        for (String[] arguments :
                new String[][] {
                    {"serve", "--config-file", file.toString()},
                    {"config", "check", file.toString()}
                }) {
            Finished refused = Launcher.run(arguments);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.errors())
                    .contains(
                            "mirage: "
                                    + file
                                    + ":2: [DEFAULT] has no option bind_prot, did you"
                                    + " mean bind_port?",
                            "mirage: " + file + ":3: [DEFAULT] image_size_cap: ");
        }
        Path good = settings("bind_port = 80\n");
        assertThat(Launcher.run("config", "check", good.toString()).orFail().text())
                .isEqualTo(good + ":2: [DEFAULT] bind_port = 80 (default 9292)\n");
    }
}
