package mirage.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the text of a secret comes from:
 *
 * <pre>
 *   password = swordfish                 the file of settings itself
 *   password = file:/run/secrets/db      another file; the ends of lines at its end do not count
 *   password = credential:db             a credential of the systemd unit (LoadCredential=db:…)
 * </pre>
 */
final class SecretSource {
    private static final String FILE = "file:";
    private static final String CREDENTIAL = "credential:";
    private static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";
    private static final int MAX_BYTES = 64 * 1024;

    private final Map<String, String> environment;

    SecretSource(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The secret that a text stands for.
     *
     * @throws IOException with a message for the operator that does not tell the secret
     */
    String resolve(String text) throws IOException {
        if (text.startsWith(FILE)) {
            return read(Path.of(text.substring(FILE.length())));
        }
        if (text.startsWith(CREDENTIAL)) {
            String name = text.substring(CREDENTIAL.length());
            String directory = environment.get(CREDENTIALS_DIRECTORY);
            if (directory == null) {
                throw new IOException(
                        "the credential "
                                + name
                                + " of a systemd unit expected, found no "
                                + CREDENTIALS_DIRECTORY);
            }
            if (name.isEmpty() || name.contains("/")) {
                throw new IOException("the name of a credential expected, found \"" + name + "\"");
            }
            return read(Path.of(directory, name));
        }
        return text;
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(
                        "a secret of at most " + MAX_BYTES + " bytes expected in " + file);
            }
            return new String(bytes, StandardCharsets.UTF_8).replaceFirst("[\r\n]+$", "");
        } catch (java.nio.file.FileSystemException unreadable) {
            throw new IOException("a secret expected in " + unreadable, unreadable);
        }
    }
}
