package mirage.glance.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.StoredBytes;
import mirage.glance.transfer.ContentCheck.Inspection;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Signatures made by OpenSSL, see make.sh beside them; OpenStack's cursive says the same of each of them. */
final class SignatureCheckTest {
    private static final String ID = "12345678-9abc-def0-1234-56789abcdef0";
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final byte[] image = resource("image");

    @ParameterizedTest
    @CsvSource({
        "rsa, RSA-PSS",
        "small-rsa, RSA-PSS",
        "dsa, DSA",
        "p384, ECC_SECP384R1",
        "p521, ECC_SECP521R1"
    })
    void knowsGoodSignaturesFromOthers(String key, String type) {
        for (int bits : new int[] {224, 256, 384, 512}) {
            Map<String, String> properties = signed(key + "-" + bits, type, "SHA-" + bits);
            assertThatCode(() -> inspect(key, NOW, properties, image))
                    .as(key + " " + bits)
                    .doesNotThrowAnyException();
            byte[] changed = image.clone();
            changed[changed.length - 1] ^= 1;
            assertRefused(
                    "Signature verification failed", () -> inspect(key, NOW, properties, changed));
        }
    }

    @Test
    void theSaltIsAsLongAsItCanBe() {
        assertRefused(
                "Signature verification failed",
                () ->
                        inspect(
                                "rsa",
                                NOW,
                                signed("rsa-256-short-salt", "RSA-PSS", "SHA-256"),
                                image));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "img_signature",
                "img_signature_hash_method",
                "img_signature_key_type",
                "img_signature_certificate_uuid"
            })
    void anImageWithoutAllFourPropertiesHasNoSignature(String missing) {
        Map<String, String> properties = signed("rsa-256", "RSA-PSS", "SHA-256");
        properties.remove(missing);
        assertThatCode(() -> inspect("rsa", NOW, properties, new byte[] {1}))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "img_signature_hash_method | MD5 | Invalid signature hash method: MD5",
                "img_signature_hash_method | SHA256 | Invalid signature hash method: SHA256",
                "img_signature_key_type | RSA | Invalid signature key type: RSA",
                "img_signature_key_type | ECC_SECT571K1 | Invalid signature key type: ECC_SECT571K1",
                "img_signature_key_type | DSA | Invalid public key type",
                "img_signature_key_type | ECC_SECP384R1 | Invalid public key type",
                "img_signature | abcde | not properly encoded using base64",
                "img_signature | AAAA | Signature verification failed",
                "img_signature_certificate_uuid | ../../etc/passwd | Certificate not found with ID",
                "img_signature_certificate_uuid | 00000000-0000-0000-0000-000000000000 |"
                        + " Certificate not found with ID",
            })
    void refusesWhatCannotBeVerified(String property, String value, String reason) {
        Map<String, String> properties = signed("rsa-256", "RSA-PSS", "SHA-256");
        properties.put(property, value);
        assertRefused(reason, () -> inspect("rsa", NOW, properties, image));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2020-01-01T00:00:00Z", "2200-01-01T00:00:00Z"})
    void theCertificateMustBeValid(String time) {
        assertRefused(
                "Certificate is not valid at this time",
                () ->
                        inspect(
                                "rsa",
                                Instant.parse(time),
                                signed("rsa-256", "RSA-PSS", "SHA-256"),
                                image));
    }

    @Test
    void aCertificateThatCannotBeHadRefusesTheBytes() {
        SignatureCheck check =
                new SignatureCheck(
                        id -> {
                            throw new IOException("away");
                        },
                        InstantSource.fixed(NOW));
        assertRefused(
                "Unable to retrieve certificate with ID: " + ID,
                () -> check.begin(record(signed("rsa-256", "RSA-PSS", "SHA-256"))));
    }

    private static void inspect(
            String certificate, Instant time, Map<String, String> properties, byte[] bytes)
            throws IOException {
        SignatureCheck check =
                new SignatureCheck(
                        id ->
                                id.equals(ID)
                                        ? X509.read(resource(certificate + ".pem"), certificate)
                                        : null,
                        InstantSource.fixed(time));
        Inspection inspection = check.begin(record(properties));
        for (int i = 0; i < bytes.length; i += 5) {
            inspection.update(bytes, i, Math.min(5, bytes.length - i));
        }
        inspection.finish(new NoBytes());
    }

    private static ImageRecord record(Map<String, String> properties) {
        ImageAttributes.Draft draft = new ImageAttributes.Draft().owner("web");
        draft.properties().putAll(properties);
        return ImageRecord.queued(new ImageId(ID), draft.build(), NOW);
    }

    private static Map<String, String> signed(String signature, String type, String hash) {
        return new HashMap<>(
                Map.of(
                        "img_signature",
                                new String(
                                        resource(signature + ".signature"),
                                        StandardCharsets.US_ASCII),
                        "img_signature_hash_method", hash,
                        "img_signature_key_type", type,
                        "img_signature_certificate_uuid", ID));
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        HttpFailure.class,
                        refused -> {
                            assertThat(refused.status()).isEqualTo(400);
                            assertThat(refused.message())
                                    .startsWith("Signature verification for the image failed: ")
                                    .contains(reason);
                        });
    }

    private static byte[] resource(String name) {
        try (InputStream in = SignatureCheckTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Bytes that nobody reads again. */
    private static final class NoBytes implements StoredBytes {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public void transferTo(long offset, long length, WritableByteChannel channel)
                throws IOException {
            throw new IOException("not to be read");
        }

        @Override
        public void close() {}
    }
}
