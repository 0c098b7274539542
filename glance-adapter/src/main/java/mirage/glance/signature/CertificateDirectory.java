package mirage.glance.signature;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

/** Certificates in files of a directory: {@code UUID.pem}, of PEM or of DER. A file that is put there counts at once. */
final class CertificateDirectory implements Certificates {
    private static final int MAX_BYTES = 1 << 20;

    private final Path directory;

    CertificateDirectory(Path directory) {
        this.directory = directory;
    }

    @Override
    public @Nullable X509Certificate find(String id) throws IOException {
        Path file = directory.resolve(id + ".pem");
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + ": more than " + MAX_BYTES + " bytes");
            }
            return X509.read(bytes, file.toString());
        } catch (NoSuchFileException none) {
            return null;
        }
    }
}
