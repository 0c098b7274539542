package mirage.glance.identity.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;

import mirage.glance.identity.remote.RemoteService;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;

/** The keys that a provider signs with, fetched anew at every question. */
final class ProviderKeys implements JWKSetSource<SecurityContext> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DESCRIPTION = "/.well-known/openid-configuration";

    private final RemoteService remote;
    private final String issuer;
    private final @Nullable URI jwksUri;

    /**
     * @param jwksUri null for where the issuer's description says
     */
    ProviderKeys(RemoteService remote, String issuer, @Nullable URI jwksUri) {
        this.remote = remote;
        this.issuer = issuer;
        this.jwksUri = jwksUri;
    }

    @Override
    public JWKSet getJWKSet(
            JWKSetCacheRefreshEvaluator refresh, long currentTime, SecurityContext context)
            throws KeySourceException {
        try {
            URI place = jwksUri == null ? described() : jwksUri;
            return JWKSet.parse(new String(fetch(place), StandardCharsets.UTF_8));
        } catch (IOException | ParseException | IllegalArgumentException failure) {
            throw new JWKSetUnavailableException(
                    "the keys of " + issuer + ": " + failure.getMessage(), failure);
        }
    }

    private URI described() throws IOException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        JsonNode description = JSON.readTree(fetch(URI.create(base + DESCRIPTION)));
        String describes = description.path("issuer").asText();
        if (!describes.equals(issuer)) {
            throw new IOException("described is another issuer: " + describes);
        }
        String place = description.path("jwks_uri").asText();
        if (place.isEmpty()) {
            throw new IOException(DESCRIPTION + " has no jwks_uri");
        }
        return URI.create(place);
    }

    private byte[] fetch(URI place) throws IOException {
        HttpResponse<byte[]> response =
                remote.send(
                        HttpRequest.newBuilder(place).header("Accept", "application/json").build());
        if (response.statusCode() != 200) {
            throw new IOException(place + " answers with status " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {}
}
