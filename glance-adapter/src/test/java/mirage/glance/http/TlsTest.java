package mirage.glance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Objects;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

@Timeout(60)
final class TlsTest {
    @TempDir Path directory;

    private static HttpServer start(TlsFiles files) throws IOException {
        HttpSettings plain = HttpSettings.plain(InetSocketAddress.createUnresolved("127.0.0.1", 0));
        return HttpServer.start(
                exchange -> exchange.answer(200, "text/plain", exchange.origin()),
                new HttpSettings(
                        plain.listen(),
                        null,
                        false,
                        files,
                        plain.idleTimeout(),
                        plain.requestHeaderBytes(),
                        plain.drainDelay(),
                        plain.stopTimeout()));
    }

    private static String get(HttpServer server, SSLContext context) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(server.uri())).build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    private static String subject(HttpServer server) throws Exception {
        try (SSLSocket socket = connect(server)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static SSLSocket connect(HttpServer server) throws Exception {
        return (SSLSocket)
                Certificates.trusting().getSocketFactory().createSocket("127.0.0.1", server.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "ed25519"})
    void everyKindOfKeyServes(String name) throws Exception {
        try (HttpServer server = start(Certificates.server(name))) {
            assertThat(server.uri()).startsWith("https://");
            assertThat(get(server, Certificates.trusting())).isEqualTo(server.uri());
        }
    }

    @Test
    void aKeyInTheFormOfOldOpenSslServes() throws Exception {
        TlsFiles files =
                new TlsFiles(
                        Certificates.file("rsa.crt"), Certificates.file("rsa.pkcs1.key"), null);
        try (HttpServer server = start(files)) {
            assertThat(subject(server)).isEqualTo("CN=rsa");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none.crt | rsa.key          | a PEM file expected",
                "make.sh  | rsa.key          | make.sh: a certificate expected, found none",
                "rsa.crt  | make.sh          | make.sh: one private key expected, found 0",
                "rsa.crt  | ec.key           | ec.key: a private key of kind RSA expected",
                "ec.crt   | client.key       | client.key: the key of the certificate in",
                "ec.crt   | ec.sec1.key      | openssl pkcs8 -topk8 -nodes -in FILE makes one",
                "ec.crt   | ec.encrypted.key | found ENCRYPTED PRIVATE KEY",
            })
    void filesThatAreNotGoodAreNamed(String certificate, String key, String problem) {
        TlsFiles files = new TlsFiles(Certificates.file(certificate), Certificates.file(key), null);
        assertThatThrownBy(() -> start(files).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void brokenPemIsRefused() throws IOException {
        for (String text :
                new String[] {
                    "-----BEGIN CERTIFICATE-----\n====\n-----END CERTIFICATE-----",
                    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
                    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END OTHER-----",
                    "-----BEGIN CERTIFICATE-----" + " ".repeat(500_000),
                }) {
            Path file = Files.writeString(directory.resolve("x.crt"), text);
            assertThatThrownBy(() -> PemFile.read(file).certificates())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("x.crt");
        }
        Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> PemFile.read(large)).hasMessageContaining("at most 1048576 bytes");
    }

    @Test
    void oldVersionsOfTlsAndPlainHttpAreRefused() throws Exception {
        try (HttpServer server = start(Certificates.server("rsa"))) {
            try (SSLSocket socket = connect(server)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.2"});
                parameters.setCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_GCM_SHA256"});
                socket.setSSLParameters(parameters);
                assertThatThrownBy(socket::startHandshake)
                        .as("no forward secrecy")
                        .isInstanceOf(SSLException.class);
            }
            try (SSLSocket socket = connect(server)) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
                assertThat(socket.getSession().getCipherSuite()).startsWith("TLS_ECDHE_");
            }
            try (HttpClient client = HttpClient.newHttpClient()) {
                URI plain = URI.create("http://127.0.0.1:" + server.port());
                assertThatThrownBy(() ->
                                client.send(
                                        HttpRequest.newBuilder(plain).build(),
                                        BodyHandlers.ofString()))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void clientsNeedACertificateOfTheAuthority() throws Exception {
        TlsFiles files =
                new TlsFiles(
                        Certificates.file("rsa.crt"),
                        Certificates.file("rsa.key"),
                        Certificates.file("authority.crt"));
        try (HttpServer server = start(files)) {
            assertThat(get(server, Certificates.showing("client"))).isEqualTo(server.uri());
            assertThatThrownBy(() -> get(server, Certificates.trusting()))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(server, Certificates.showing("stranger")))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void changedFilesAreTakenInWhenTheyAreGood() throws Exception {
        TlsFiles files = new TlsFiles(directory.resolve("s.crt"), directory.resolve("s.key"), null);
        copy("rsa.crt", "s.crt");
        copy("rsa.key", "s.key");
        try (HttpServer server = start(files)) {
            Tls tls = Objects.requireNonNull(server.tls());
            assertThat(subject(server)).isEqualTo("CN=rsa");

            copy("ec.crt", "s.crt");
            tls.reloadIfChanged();
            assertThat(subject(server)).as("its key is not there yet").isEqualTo("CN=rsa");
            copy("ec.key", "s.key");
            tls.reloadIfChanged();
            assertThat(subject(server)).isEqualTo("CN=ec");
            assertThat(tls.notAfter()).isAfter(Instant.parse("2100-01-01T00:00:00Z"));

            Files.delete(files.certificate());
            tls.reload();
            assertThat(subject(server)).as("the file is gone").isEqualTo("CN=ec");
        }
    }

    private void copy(String golden, String name) throws IOException {
        Path copy =
                Files.copy(
                        Certificates.file(golden),
                        directory.resolve(name),
                        StandardCopyOption.REPLACE_EXISTING);
        // Within the same tick of the clock a file may have changed too.
        Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
    }
}
