package mirage.glance.signature;

import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.identity.keystone.ServiceClient;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;

/**
 * Certificates in the cloud's key manager, Barbican: {@code GET /v1/secrets/ID} says as what its bytes can be had,
 * {@code GET /v1/secrets/ID/payload} gives them. Asked with this service's own token, so that it must be let read them.
 */
final class BarbicanCertificates implements Certificates {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServiceClient barbican;

    /**
     * @param barbican not closed
     */
    BarbicanCertificates(ServiceClient barbican) {
        this.barbican = barbican;
    }

    @Override
    public @Nullable X509Certificate find(String id) throws IOException {
        String secret = "/v1/secrets/" + id;
        byte[] described = get(secret, "application/json");
        if (described == null) {
            return null;
        }
        byte[] payload = get(secret + "/payload", contentType(described));
        return payload == null ? null : X509.read(payload, "Barbican's secret " + id);
    }

    /** Null when there is no such thing. */
    private byte @Nullable [] get(String path, String accept) throws IOException {
        HttpResponse<byte[]> answer = barbican.get(path, accept);
        return switch (answer.statusCode()) {
            case 200 -> answer.body();
            case 404 -> null;
            default ->
                    throw new IOException(
                            "Barbican answers " + path + " with status " + answer.statusCode());
        };
    }

    private static String contentType(byte[] described) throws IOException {
        String type = JSON.readTree(described).path("content_types").path("default").asText();
        boolean isPlain = type.chars().allMatch(c -> c > 0x1f && c < 0x7f);
        if (type.isEmpty() || !isPlain) {
            throw new IOException("Barbican's secret has no payload");
        }
        return type;
    }
}
