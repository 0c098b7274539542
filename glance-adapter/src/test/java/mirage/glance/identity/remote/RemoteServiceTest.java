package mirage.glance.identity.remote;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** TLS to a server whose certificate the test makes: for 127.0.0.1, signed by itself. */
@Timeout(120)
final class RemoteServiceTest {
    private static final String PASSWORD = "password";

    @TempDir static Path directory;
    private static WireMockServer server;
    private static Path certificate;

    @BeforeAll
    static void start() throws Exception {
        Path keys = directory.resolve("keys.p12");
        certificate = directory.resolve("ca.pem");
        keytool(
                "-genkeypair -alias k -keyalg EC -dname CN=keystone -ext san=ip:127.0.0.1"
                        + " -validity 2 -storetype PKCS12 -keystore "
                        + keys);
        keytool("-exportcert -rfc -alias k -keystore " + keys + " -file " + certificate);
        server =
                new WireMockServer(
                        options()
                                .bindAddress("127.0.0.1")
                                .dynamicPort()
                                .dynamicHttpsPort()
                                .keystorePath(keys.toString())
                                .keystoreType("PKCS12")
                                .keystorePassword(PASSWORD)
                                .keyManagerPassword(PASSWORD));
        server.start();
        server.stubFor(any(anyUrl()).willReturn(aResponse().withBody("hello")));
    }

    private static void keytool(String arguments) throws Exception {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process =
                new ProcessBuilder((tool + " " + arguments + " -storepass " + PASSWORD).split(" "))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("keytool.log").toFile())
                        .start();
        assertThat(process.waitFor())
                .as(Files.readString(directory.resolve("keytool.log")))
                .isZero();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static String get(@Nullable Path caFile, boolean insecure, String host)
            throws IOException {
        Connection connection = new Connection(caFile, insecure, Duration.ofSeconds(30), 3);
        try (RemoteService remote = RemoteService.over(connection)) {
            URI uri = URI.create("https://" + host + ":" + server.httpsPort() + "/v3?secret=1");
            return new String(
                    remote.send(HttpRequest.newBuilder(uri).build()).body(),
                    StandardCharsets.UTF_8);
        }
    }

    @Test
    void aStrangersCertificateIsRefused() {
        assertThatThrownBy(() -> get(null, false, "127.0.0.1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("https://127.0.0.1")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aCertificateOfTheFileIsBelievedForItsHost() throws IOException {
        assertThat(get(certificate, false, "127.0.0.1")).isEqualTo("hello");
        assertThatThrownBy(() -> get(certificate, false, "localhost"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void anInsecureConnectionBelievesEverything() throws IOException {
        assertThat(get(null, true, "localhost")).isEqualTo("hello");
    }

    @Test
    void aFileWithoutCertificatesIsNamed() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense");
        for (Path file : new Path[] {empty, nonsense, directory.resolve("missing.pem")}) {
            assertThatThrownBy(() -> get(file, false, "127.0.0.1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new Connection(null, false, Duration.ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Connection(null, false, Duration.ofSeconds(1), -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Connection(certificate, true, Duration.ofSeconds(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
