package mirage.glance.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in the textual encoding of RFC 7468. What stands around its blocks is passed over. */
final class PemFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String PKCS1 = "RSA PRIVATE KEY";

    /** AlgorithmIdentifier of RSA, 1.2.840.113549.1.1.1 without parameters, behind version 0 (RFC 5208). */
    private static final byte[] RSA_PREAMBLE = {
        0x02,
        0x01,
        0x00,
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    private final Path file;
    private final List<Block> blocks;

    private PemFile(Path file, List<Block> blocks) {
        this.file = file;
        this.blocks = blocks;
    }

    private record Block(String label, String base64) {}

    /**
     * Reads a file.
     *
     * @throws IOException when it cannot be read, with words for the operator
     */
    static PemFile read(Path file) throws IOException {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + ": at most " + MAX_BYTES + " bytes expected");
            }
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (FileSystemException unreadable) {
            throw new IOException("a PEM file expected: " + unreadable, unreadable);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return new PemFile(file, blocks);
    }

    /** At least one. */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory x509 = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().equals(CERTIFICATE)) {
                    certificates.add(
                            (X509Certificate)
                                    x509.generateCertificate(
                                            new ByteArrayInputStream(bytes(block))));
                }
            }
        } catch (CertificateException malformed) {
            throw new IOException(
                    file
                            + ": certificate "
                            + (certificates.size() + 1)
                            + " cannot be read: "
                            + malformed.getMessage(),
                    malformed);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": a certificate expected, found none");
        }
        return certificates;
    }

    /**
     * The only private key.
     *
     * @param algorithm of its public key
     */
    PrivateKey key(String algorithm) throws IOException {
        List<Block> keys = blocks.stream().filter(block -> block.label().endsWith(PKCS8)).toList();
        if (keys.size() != 1) {
            throw new IOException(file + ": one private key expected, found " + keys.size());
        }
        Block key = keys.getFirst();
        byte[] pkcs8 =
                switch (key.label()) {
                    case PKCS8 -> bytes(key);
                    case PKCS1 -> wrapped(bytes(key));
                    default ->
                            throw new IOException(
                                    file
                                            + ": a private key in PKCS #8 without passphrase"
                                            + " expected, found "
                                            + key.label()
                                            + "; openssl pkcs8 -topk8 -nodes -in FILE makes one");
                };
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException malformed) {
            throw new IOException(
                    file + ": a private key of kind " + algorithm + " expected", malformed);
        }
    }

    private byte[] bytes(Block block) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(block.base64());
        } catch (IllegalArgumentException malformed) {
            throw new IOException(file + ": Base64 expected in " + block.label(), malformed);
        }
    }

    /** A PKCS #1 key as PKCS #8 has it: SEQUENCE { 0, rsaEncryption, OCTET STRING { key } }. */
    private static byte[] wrapped(byte[] pkcs1) {
        return der(0x30, RSA_PREAMBLE, der(0x04, pkcs1));
    }

    private static byte[] der(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else {
            int lengthBytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            whole.write(0x80 | lengthBytes);
            for (int i = lengthBytes - 1; i >= 0; i--) {
                whole.write(length >> (8 * i));
            }
        }
        for (byte[] content : contents) {
            whole.writeBytes(content);
        }
        return whole.toByteArray();
    }
}
