package mirage.glance.signature;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.StoredBytes;
import mirage.glance.transfer.ContentCheck;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Demands of the bytes of an image with a signature that it fits them. Bytes are digested as they come. An image that has
 * not all four properties has no signature, as with Glance.
 */
final class SignatureCheck implements ContentCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SignatureCheck.class);

    private static final String SIGNATURE = "img_signature";
    private static final String HASH_METHOD = "img_signature_hash_method";
    private static final String KEY_TYPE = "img_signature_key_type";
    private static final String CERTIFICATE = "img_signature_certificate_uuid";

    /** An id is a part of paths. */
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}");

    private final Certificates certificates;
    private final InstantSource clock;

    SignatureCheck(Certificates certificates, InstantSource clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    @Override
    public Inspection begin(ImageRecord image) {
        Map<String, String> properties = image.attributes().properties();
        String signature = properties.get(SIGNATURE);
        String hashMethod = properties.get(HASH_METHOD);
        String keyType = properties.get(KEY_TYPE);
        String certificate = properties.get(CERTIFICATE);
        if (signature == null || hashMethod == null || keyType == null || certificate == null) {
            return Inspection.of(List.of());
        }
        byte[] expected = decoded(signature);
        SigningMethod method = SigningMethod.of(keyType, hashMethod);
        return new Verification(method.verifier(keyOf(certificate)), expected);
    }

    private static byte[] decoded(String signature) {
        try {
            return Base64.getMimeDecoder().decode(signature);
        } catch (IllegalArgumentException malformed) {
            throw refused("The signature data was not properly encoded using base64");
        }
    }

    private PublicKey keyOf(String id) {
        X509Certificate certificate = certificate(id);
        if (certificate == null) {
            throw refused("Certificate not found with ID: " + id);
        }
        try {
            certificate.checkValidity(Date.from(clock.instant()));
        } catch (CertificateExpiredException | CertificateNotYetValidException invalid) {
            throw refused("Certificate is not valid at this time: " + id);
        }
        return certificate.getPublicKey();
    }

    private @Nullable X509Certificate certificate(String id) {
        try {
            return UUID.matcher(id).matches() ? certificates.find(id) : null;
        } catch (IOException failure) {
            LOG.error("certificate {} cannot be had", id, failure);
            throw refused("Unable to retrieve certificate with ID: " + id);
        }
    }

    static HttpFailure refused(String reason) {
        return HttpFailure.badRequest(
                "Signature verification for the image failed: " + reason + ".");
    }

    private static final class Verification implements Inspection {
        private final Signature verifier;
        private final byte[] expected;

        Verification(Signature verifier, byte[] expected) {
            this.verifier = verifier;
            this.expected = expected;
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            try {
                verifier.update(bytes, offset, length);
            } catch (SignatureException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public void finish(StoredBytes stored) {
            try {
                if (verifier.verify(expected)) {
                    return;
                }
            } catch (SignatureException malformed) {
                LOG.debug("a signature that is none", malformed);
            }
            throw refused("Signature verification failed");
        }
    }
}
