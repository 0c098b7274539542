package mirage.glance.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/** Those who vouch for servers. */
final class Authorities {
    private Authorities() {}

    /**
     * The certificates in a file.
     *
     * @param file of PEM
     * @throws IOException when it cannot be used; the message names it
     */
    static KeyStore in(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new IOException(file + ": no certificate in PEM form found");
            }
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (Certificate certificate : certificates) {
                authorities.setCertificateEntry("ca" + authorities.size(), certificate);
            }
            return authorities;
        } catch (GeneralSecurityException unusable) {
            throw new IOException(file + ": " + unusable.getMessage(), unusable);
        }
    }
}
