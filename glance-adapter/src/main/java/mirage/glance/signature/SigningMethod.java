package mirage.glance.signature;

import static mirage.glance.signature.SignatureCheck.refused;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Set;

/**
 * How images are signed, by the names of OpenStack's library cursive. Its curves over binary fields ({@code ECC_SECT…})
 * are not among them: Java has given them up.
 *
 * @param hash such as {@code SHA-256}
 */
record SigningMethod(Kind kind, String hash) {
    private static final int RSA_TRAILER = 1;

    /** The lengths of digests in bytes. */
    private static final Map<String, Integer> HASH_BYTES =
            Map.of("SHA-224", 28, "SHA-256", 32, "SHA-384", 48, "SHA-512", 64);

    private static final Set<String> CURVES = Set.of("ECC_SECP384R1", "ECC_SECP521R1");

    private enum Kind {
        RSA_PSS,
        DSA,
        ECDSA
    }

    /**
     * The method of these names.
     *
     * @throws mirage.glance.http.HttpFailure 400 when there is none
     */
    static SigningMethod of(String keyType, String hashMethod) {
        if (!HASH_BYTES.containsKey(hashMethod)) {
            throw refused("Invalid signature hash method: " + hashMethod);
        }
        Kind kind = kindOf(keyType);
        if (kind == null) {
            throw refused("Invalid signature key type: " + keyType);
        }
        return new SigningMethod(kind, hashMethod);
    }

    private static @Nullable Kind kindOf(String keyType) {
        return switch (keyType) {
            case "RSA-PSS" -> Kind.RSA_PSS;
            case "DSA" -> Kind.DSA;
            default -> CURVES.contains(keyType) ? Kind.ECDSA : null;
        };
    }

    /**
     * Verifies by this method.
     *
     * @throws mirage.glance.http.HttpFailure 400 when the key is one of another
     */
    Signature verifier(PublicKey key) {
        try {
            Signature verifier =
                    switch (kind) {
                        case RSA_PSS -> pss(key);
                        case DSA -> plain(key instanceof DSAPublicKey, "DSA");
                        case ECDSA -> plain(key instanceof ECPublicKey, "ECDSA");
                    };
            verifier.initVerify(key);
            return verifier;
        } catch (GeneralSecurityException unfit) {
            throw refused("The certificate's key cannot be used: " + unfit.getMessage());
        }
    }

    private Signature plain(boolean fits, String algorithm) throws GeneralSecurityException {
        requireFit(fits);
        return Signature.getInstance(hash.replace("-", "") + "with" + algorithm);
    }

    /** With MGF1 of the same hash and the longest salt that the key has room for (RFC 8017, 9.1.1). */
    private Signature pss(PublicKey key) throws GeneralSecurityException {
        if (!(key instanceof RSAPublicKey rsa)) {
            throw unfit();
        }
        int encodedBytes = (rsa.getModulus().bitLength() - 1 + 7) / 8;
        int saltBytes = encodedBytes - HASH_BYTES.getOrDefault(hash, 0) - 2;
        requireFit(saltBytes >= 0);
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(
                new PSSParameterSpec(
                        hash, "MGF1", new MGF1ParameterSpec(hash), saltBytes, RSA_TRAILER));
        return verifier;
    }

    private void requireFit(boolean fits) {
        if (!fits) {
            throw unfit();
        }
    }

    private RuntimeException unfit() {
        return refused("Invalid public key type for signature key type: " + kind);
    }
}
