package mirage.glance.signature;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.created;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;

import mirage.glance.identity.keystone.KeystoneSettings;
import mirage.glance.identity.keystone.ServiceClient;
import mirage.glance.identity.keystone.ServiceUser;
import mirage.glance.identity.keystone.ServiceUser.Reference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Objects;

/** Where certificates come from. */
final class CertificatesTest {
    private static final String ID = "12345678-9abc-def0-1234-56789abcdef0";
    private static final String SECRET = "/v1/secrets/" + ID;

    @Test
    void aDirectoryHasThemInFiles(@TempDir Path directory) throws IOException {
        CertificateDirectory certificates = new CertificateDirectory(directory);
        assertThat(certificates.find(ID)).isNull();
        Path file = directory.resolve(ID + ".pem");
        Files.write(file, pem());
        X509Certificate fromPem = certificates.find(ID);
        assertThat(nameOf(fromPem)).isEqualTo("CN=p384");
        Files.write(file, der());
        assertThat(certificates.find(ID)).isEqualTo(fromPem);
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> certificates.find(ID))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate X.509");
        Files.write(file, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> certificates.find(ID)).hasMessageContaining("more than 1048576");
    }

    @Test
    void barbicanHasThemAsSecrets() throws IOException {
        WireMockServer cloud = new WireMockServer(options().dynamicPort());
        cloud.start();
        try (ServiceClient client = client(cloud)) {
            BarbicanCertificates certificates = new BarbicanCertificates(client);
            stubLogin(cloud);
            cloud.stubFor(get(urlEqualTo(SECRET)).willReturn(aResponse().withStatus(404)));
            assertThat(certificates.find(ID)).isNull();
            cloud.stubFor(
                    get(urlEqualTo(SECRET))
                            .withHeader("X-Auth-Token", equalTo("the service's"))
                            .willReturn(
                                    okJson("{\"content_types\": {\"default\": \"text/plain\"}}")));
            cloud.stubFor(
                    get(urlEqualTo(SECRET + "/payload"))
                            .withHeader("Accept", equalTo("text/plain"))
                            .withHeader("X-Auth-Token", equalTo("the service's"))
                            .willReturn(aResponse().withBody(pem())));
            assertThat(nameOf(certificates.find(ID))).isEqualTo("CN=p384");
            cloud.verify(1, postRequestedFor(urlEqualTo("/v3/auth/tokens")));
            // A token that is refused is replaced, once.
            cloud.stubFor(get(urlEqualTo(SECRET)).willReturn(unauthorized()));
            assertThatThrownBy(() -> certificates.find(ID)).hasMessageContaining("status 401");
            cloud.verify(2, postRequestedFor(urlEqualTo("/v3/auth/tokens")));
            cloud.stubFor(get(urlEqualTo(SECRET)).willReturn(serverError()));
            assertThatThrownBy(() -> certificates.find(ID)).hasMessageContaining("status 500");
            cloud.stubFor(get(urlEqualTo(SECRET)).willReturn(okJson("{}")));
            assertThatThrownBy(() -> certificates.find(ID)).hasMessageContaining("no payload");
        } finally {
            cloud.stop();
        }
    }

    private static ServiceClient client(WireMockServer cloud) throws IOException {
        return ServiceClient.open(
                KeystoneSettings.defaults(
                        new ServiceUser(
                                URI.create(cloud.baseUrl()),
                                new ServiceUser.Login.Password(
                                        Reference.byName("glance", "Default"), "secret"),
                                new ServiceUser.Scope.OfSystem())),
                "key-manager",
                null,
                InstantSource.system());
    }

    private static void stubLogin(WireMockServer cloud) {
        cloud.stubFor(
                post(urlEqualTo("/v3/auth/tokens"))
                        .willReturn(
                                created()
                                        .withHeader("Content-Type", "application/json")
                                        .withHeader("X-Subject-Token", "the service's")
                                        .withBody(
                                                ("{'token': {'methods': ['password'],"
                                                                + "'user': {'id': 'g', 'name': 'glance',"
                                                                + "'domain': {'id': 'default',"
                                                                + "'name': 'Default'}},"
                                                                + "'issued_at': '2026-01-01T00:00:00.000000Z',"
                                                                + "'expires_at': '2999-01-01T00:00:00.000000Z',"
                                                                + "'catalog': [{'id': 'k', 'type': 'key-manager',"
                                                                + "'name': 'barbican', 'endpoints': ["
                                                                + "{'id': 'e', 'interface': 'internal',"
                                                                + "'region': 'one', 'region_id': 'one',"
                                                                + "'url': '"
                                                                + cloud.baseUrl()
                                                                + "/'}]}]}}")
                                                        .replace('\'', '"'))));
    }

    private static String nameOf(@Nullable X509Certificate certificate) {
        return Objects.requireNonNull(certificate).getSubjectX500Principal().getName();
    }

    private static byte[] pem() throws IOException {
        try (InputStream in = CertificatesTest.class.getResourceAsStream("p384.pem")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static byte[] der() throws IOException {
        try {
            return X509.read(pem(), "p384").getEncoded();
        } catch (CertificateEncodingException impossible) {
            throw new IOException(impossible);
        }
    }
}
