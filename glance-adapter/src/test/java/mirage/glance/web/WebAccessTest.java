package mirage.glance.web;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reading from a server whose name means now this address, now that one. */
final class WebAccessTest {
    private static final String PASSWORD = "password";
    private static final String HOST = "images.example";
    private static final String HERE = "127.0.0.1";
    private static final String FAR = "198.51.100.7";

    @TempDir static Path directory;
    private static WireMockServer server;
    private static Path certificate;
    private final Queue<String> looked = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws Exception {
        Path keys = directory.resolve("keys.p12");
        certificate = directory.resolve("ca.pem");
        keytool(
                "-genkeypair -alias k -keyalg EC -dname CN=images -ext san=dns:"
                        + HOST
                        + " -validity 2 -storetype PKCS12 -keystore "
                        + keys);
        keytool("-exportcert -rfc -alias k -keystore " + keys + " -file " + certificate);
        server =
                new WireMockServer(
                        options()
                                .bindAddress(HERE)
                                .dynamicPort()
                                .dynamicHttpsPort()
                                .keystorePath(keys.toString())
                                .keystoreType("PKCS12")
                                .keystorePassword(PASSWORD)
                                .keyManagerPassword(PASSWORD));
        server.start();
        server.stubFor(any(anyUrl()).willReturn(ok("hello")));
    }

    private static void keytool(String arguments) throws Exception {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Path log = directory.resolve("keytool.log");
        Process process =
                new ProcessBuilder((tool + " " + arguments + " -storepass " + PASSWORD).split(" "))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @AfterEach
    void forget() {
        server.resetRequests();
    }

    /** Any host and port. */
    private static WebFilter filter(Set<String> allowedHosts) {
        return new WebFilter(
                Set.of("http", "https"), Set.of(), allowedHosts, Set.of(), Set.of(), Set.of());
    }

    /** Names mean these addresses, one after the other. */
    private WebAccess.Lookup answering(String... addresses) {
        Queue<String> left = new ArrayDeque<>(List.of(addresses));
        return host -> {
            looked.add(host);
            byte[] address = InetAddress.getByName(left.remove()).getAddress();
            return new InetAddress[] {InetAddress.getByAddress(host, address)};
        };
    }

    private static String read(WebAccess web, String address) throws IOException {
        try (WebContent content = web.open(address, Map.of())) {
            return new String(content.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What DNS rebinding does: the address is looked at, and then it is another one. */
    @Test
    void aNameThatMeansThisMachineAMomentLaterIsNotConnectedTo() {
        try (WebAccess web = WebAccess.through(filter(Set.of()), null, answering(FAR, HERE))) {
            assertThatThrownBy(() -> read(web, "http://" + HOST + ":" + server.port() + "/x"))
                    .isInstanceOf(WebRefusedException.class)
                    .hasMessageContaining("is not on the web");
        }
        assertThat(looked).containsExactly(HOST, HOST);
        assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void theAddressThatWasLookedAtIsTheOneThatIsConnectedTo() throws IOException {
        try (WebAccess web = WebAccess.through(filter(Set.of(HOST)), null, answering(FAR, HERE))) {
            assertThat(read(web, "http://" + HOST + ":" + server.port() + "/x")).isEqualTo("hello");
        }
        assertThat(looked).containsExactly(HOST, HOST);
    }

    @Test
    void aNameThatMeansThisMachineIsRefusedUnlessItIsAllowed() throws IOException {
        String address = "http://localhost:" + server.port() + "/x";
        try (WebAccess web = WebAccess.through(filter(Set.of()))) {
            assertThatThrownBy(() -> web.require(address)).isInstanceOf(WebRefusedException.class);
        }
        try (WebAccess web = WebAccess.through(filter(Set.of("localhost")))) {
            assertThat(read(web, address)).isEqualTo("hello");
        }
    }

    @Test
    void certificatesComeFromTheAuthoritiesThatAreNamed() throws IOException {
        String address = "https://" + HOST + ":" + server.httpsPort() + "/x";
        WebFilter any = filter(Set.of(HOST, "other.example"));
        try (WebAccess web = WebAccess.through(any, null, answering(FAR, HERE))) {
            assertThatThrownBy(() -> read(web, address)).isInstanceOf(IOException.class);
        }
        assertThat(server.getAllServeEvents()).isEmpty();
        try (WebAccess web =
                WebAccess.through(
                        any, Authorities.in(certificate), answering(FAR, HERE, FAR, HERE))) {
            assertThat(read(web, address)).isEqualTo("hello");
            assertThatThrownBy(() -> read(web, address.replace(HOST, "other.example")))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileWithoutAuthoritiesIsRefused() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        assertThatThrownBy(() -> Authorities.in(empty))
                .hasMessageContaining("empty.pem: no certificate in PEM form");
        Path broken = Files.writeString(directory.resolve("broken.pem"), "what");
        assertThatThrownBy(() -> Authorities.in(broken)).hasMessageContaining("broken.pem");
    }
}
