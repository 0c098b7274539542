package mirage.agent.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Who can read it may order the agent about: it is in a file of its state directory, new at each start. */
record ControlKey(String text) {
    private static final String FILE = "control-key";
    private static final int KEY_BYTES = 32;

    static ControlKey make(Path directory) throws IOException {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        ControlKey key = new ControlKey(HexFormat.of().formatHex(random));
        Path next = directory.resolve(FILE + ".new");
        Files.deleteIfExists(next);
        Files.createFile(
                next,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, key.text);
        Files.move(
                next,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return key;
    }

    static ControlKey read(Path directory) throws IOException {
        return new ControlKey(Files.readString(directory.resolve(FILE)).strip());
    }

    boolean is(String other) {
        return MessageDigest.isEqual(
                text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "***";
    }
}
