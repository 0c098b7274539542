package mirage.glance.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The golden certificates, and clients that use them. {@code tls/make.sh} made them. */
final class Certificates {
    private static final char[] PASSWORD = "test".toCharArray();

    private Certificates() {}

    static Path file(String name) {
        return Path.of("src/test/resources/mirage/glance/http/tls", name);
    }

    static TlsFiles server(String name) {
        return new TlsFiles(file(name + ".crt"), file(name + ".key"), null);
    }

    /** A client that trusts the authority and shows no certificate. */
    static SSLContext trusting() throws IOException, GeneralSecurityException {
        return context(null);
    }

    /** A client that trusts the authority and shows this certificate. */
    static SSLContext showing(String name) throws IOException, GeneralSecurityException {
        X509Certificate own = PemFile.read(file(name + ".crt")).certificates().getFirst();
        KeyStore identity = KeyStore.getInstance("PKCS12");
        identity.load(null, null);
        identity.setKeyEntry(
                "client",
                PemFile.read(file(name + ".key")).key(own.getPublicKey().getAlgorithm()),
                PASSWORD,
                new X509Certificate[] {own});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(identity, PASSWORD);
        return context(keys);
    }

    private static SSLContext context(@Nullable KeyManagerFactory keys)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority", PemFile.read(file("authority.crt")).certificates().getFirst());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
