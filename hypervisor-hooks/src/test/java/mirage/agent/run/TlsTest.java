package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.FakeFacade;
import mirage.agent.TestImages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** An image service behind TLS, whose certificate is its operator's own. */
final class TlsTest {
    private static final String BASE = "11111111-1111-1111-1111-111111111111";
    private static final String CHILD = "22222222-2222-2222-2222-222222222222";
    private static final char[] PASSWORD = "of no worth".toCharArray();
    private static final byte[] DISK = TestImages.disk(1, 1 << 20);
    private static final byte[] CHANGED = TestImages.child(DISK, 2);

    @TempDir private Path directory;
    private FakeFacade facade;
    private SSLServerSocket door;

    @BeforeEach
    void start() throws Exception {
        facade = new FakeFacade(directory);
        facade.add(BASE, "base", DISK, "raw", DISK);
        facade.add(CHILD, "child", CHANGED, "raw", CHANGED);
        Path keys = directory.resolve("keys");
        String password = new String(PASSWORD);
        keytool(
                "-genkeypair",
                "-keystore",
                keys.toString(),
                "-storepass",
                password,
                "-alias",
                "service",
                "-keyalg",
                "EC",
                "-dname",
                "CN=service",
                "-ext",
                "san=ip:127.0.0.1");
        keytool(
                "-exportcert",
                "-rfc",
                "-keystore",
                keys.toString(),
                "-storepass",
                password,
                "-alias",
                "service",
                "-file",
                authorities().toString());
        door = opened(keys);
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        door.close();
        facade.close();
    }

    private static void keytool(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private Path authorities() {
        return directory.resolve("authorities.pem");
    }

    private static SSLServerSocket opened(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return (SSLServerSocket)
                context.getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                Socket service = new Socket(InetAddress.getLoopbackAddress(), facade.port());
                Thread.ofVirtual().start(() -> pass(client, service));
                Thread.ofVirtual().start(() -> pass(service, client));
            } catch (IOException closed) {
                // the loop's condition tells
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // and so is the other way
        }
    }

    private URI uri() {
        return URI.create("https://127.0.0.1:" + door.getLocalPort());
    }

    @Test
    void withTheAuthorityOfItsCertificateItIsAServiceAsAnyOther() throws IOException {
        try (TestAgent agent = new TestAgent(directory, uri(), "agent.cafile=" + authorities())) {
            agent.base(BASE, DISK);
            assertThat(agent.get("/v2/images/" + BASE).statusCode()).isEqualTo(200);
            assertThat(agent.pull(CHILD).path(CHILD).asText()).isEqualTo("ready");
            assertThat(Files.readAllBytes(agent.baseOf(CHILD))).isEqualTo(CHANGED);
        }
    }

    @Test
    void withoutItIsNotTrusted() throws IOException {
        try (TestAgent agent = new TestAgent(directory, uri())) {
            assertThat(agent.get("/v2/images/" + BASE).statusCode()).isEqualTo(503);
        }
        assertThat(facade.asked).isEmpty();
    }
}
