package mirage.glance.http;

import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * TLS 1.2 and 1.3 from PEM files, taken in again when they change. Connections keep what they began with. Files that
 * are not good, such as a new certificate whose key is not there yet, change nothing: what was taken in last goes on.
 *
 * <p>Ciphers: all of TLS 1.3, and of TLS 1.2 those with forward secrecy and authenticated encryption.
 */
public final class Tls {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final char[] IN_MEMORY = "memory".toCharArray();
    private static final String[] PROTOCOLS = {"TLSv1.2", "TLSv1.3"};
    private static final String[] CIPHERS = {
        "TLS_AES_.*", "TLS_CHACHA20_.*", "TLS_ECDHE_.*_GCM_.*", "TLS_ECDHE_.*_CHACHA20_.*"
    };

    private final TlsFiles files;
    private final SslContextFactory.Server context = new SslContextFactory.Server();
    private List<String> seen = List.of();
    private volatile Instant notAfter = Instant.MAX;

    private Tls(TlsFiles files) {
        this.files = files;
        context.setIncludeProtocols(PROTOCOLS);
        context.setExcludeProtocols();
        context.setIncludeCipherSuites(CIPHERS);
        context.setExcludeCipherSuites();
        context.setSniRequired(false);
        context.setNeedClientAuth(files.clientAuthorities() != null);
    }

    /**
     * Takes the files in.
     *
     * @throws IOException when they are not what they should be, with words for the operator
     */
    static Tls of(TlsFiles files) throws IOException {
        Tls tls = new Tls(files);
        tls.seen = tls.look();
        tls.takeIn(tls.context);
        return tls;
    }

    SslContextFactory.Server context() {
        return context;
    }

    /** When the server's certificate ends. */
    public Instant notAfter() {
        return notAfter;
    }

    /** Takes the files in again when they are others than at the last look. For one thread at a time. */
    public synchronized void reloadIfChanged() {
        List<String> now = look();
        if (!now.equals(seen)) {
            seen = now;
            reload();
        }
    }

    /** Takes the files in again. */
    public synchronized void reload() {
        try {
            context.reload(changed -> {
                try {
                    takeIn((SslContextFactory.Server) changed);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            LOG.info("certificate taken in, it ends at {}", notAfter);
        } catch (Exception failure) {
            LOG.error(
                    "the certificate stays as it was: {}",
                    failure.getCause() instanceof IOException refused
                            ? refused.getMessage()
                            : failure.toString());
        }
    }

    private void takeIn(SslContextFactory.Server into) throws IOException {
        List<X509Certificate> chain = PemFile.read(files.certificate()).certificates();
        X509Certificate own = chain.getFirst();
        PrivateKey key = PemFile.read(files.key()).key(own.getPublicKey().getAlgorithm());
        warnWhenOthersRead(files.key());
        try {
            if (!belong(key, own.getPublicKey())) {
                throw new IOException(
                        files.key()
                                + ": the key of the certificate in "
                                + files.certificate()
                                + " expected, found another");
            }
            KeyStore identity = emptyStore();
            identity.setKeyEntry("server", key, IN_MEMORY, chain.toArray(X509Certificate[]::new));
            into.setKeyStore(identity);
            into.setKeyManagerPassword(String.valueOf(IN_MEMORY));
            Path authorities = files.clientAuthorities();
            if (authorities != null) {
                KeyStore trusted = emptyStore();
                int number = 0;
                for (X509Certificate authority : PemFile.read(authorities).certificates()) {
                    trusted.setCertificateEntry("authority-" + number++, authority);
                }
                into.setTrustStore(trusted);
            }
        } catch (GeneralSecurityException failure) {
            throw new IOException(
                    files.certificate() + " with " + files.key() + ": " + failure.getMessage(),
                    failure);
        }
        notAfter = own.getNotAfter().toInstant();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** Whether what one signs the other finds good. */
    private static boolean belong(PrivateKey key, PublicKey certified)
            throws GeneralSecurityException {
        String algorithm =
                switch (certified.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> certified.getAlgorithm();
                };
        byte[] text = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(text);
        return signature.verify(signed);
    }

    private static void warnWhenOthersRead(Path key) throws IOException {
        if (Files.getPosixFilePermissions(key).contains(PosixFilePermission.OTHERS_READ)) {
            LOG.warn("{} can be read by every user of this machine", key);
        }
    }

    /** What tells one version of the files from the next. */
    private List<String> look() {
        List<String> versions = new ArrayList<>();
        Stream.of(files.certificate(), files.key(), files.clientAuthorities())
                .forEach(file -> versions.add(file == null ? "" : versionOf(file)));
        return versions;
    }

    private static String versionOf(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime()
                    + " "
                    + attributes.size()
                    + " "
                    + attributes.fileKey();
        } catch (IOException missing) {
            return "missing";
        }
    }
}
