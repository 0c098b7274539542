package mirage.glance.signature;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Reads certificates, of DER or of PEM. */
final class X509 {
    private X509() {}

    /**
     * Reads one.
     *
     * @param name for the message
     * @throws IOException when it is none
     */
    static X509Certificate read(byte[] bytes, String name) throws IOException {
        try {
            if (CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(bytes))
                    instanceof X509Certificate certificate) {
                return certificate;
            }
        } catch (CertificateException malformed) {
            throw new IOException(
                    name + ": no certificate X.509: " + malformed.getMessage(), malformed);
        }
        throw new IOException(name + ": no certificate X.509");
    }
}
