package mirage.encoder;

import mirage.codec.UnsupportedBlobException;
import mirage.deflate.Deflate;
import mirage.deflate.DeflateParameters;
import mirage.deflate.SelfTest;
import mirage.deflate.Wrapper;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The encoders that this Mirage has. Deflate alone, by its parameters: {@code deflate-LEVEL-WINDOW-MEMORY} without anything
 * around it, {@code zlib-LEVEL-WINDOW-MEMORY} with zlib's header and checksum. They are tested before the first is given, and
 * none is given when the test fails.
 */
public final class Encoders {
    private static final Logger LOG = LoggerFactory.getLogger(Encoders.class);

    private static final Pattern DEFLATE =
            Pattern.compile("(deflate|zlib)-([0-9])-(9|1[0-5])-([1-9])");

    private static final Map<String, Encoder> MADE = new ConcurrentHashMap<>();

    /** Holds the outcome of the test, which runs once: when this class is first needed. */
    private static final class Tested {
        static final @Nullable String DEFECT = defect();

        private static @Nullable String defect() {
            try {
                SelfTest.run();
                return null;
            } catch (IllegalStateException e) {
                LOG.error(
                        "the encoder does not write what it must: compressed images cannot be made again",
                        e);
                return String.valueOf(e.getMessage());
            }
        }
    }

    private Encoders() {}

    /** Tests them, in a few milliseconds, and says in the log when one fails. Returns whether all are sound. */
    public static boolean areSound() {
        return Tested.DEFECT == null;
    }

    /** What images are usually compressed with, the most frequent first; none when they do not pass their test. */
    public static List<Encoder> usual() {
        return areSound() ? Deflate.USUAL.stream().map(Encoders::deflate).toList() : List.of();
    }

    /**
     * An encoder by its name.
     *
     * @throws UnsupportedBlobException when this Mirage has no encoder of that name, or it does not pass its test here
     */
    public static Encoder named(String name) throws UnsupportedBlobException {
        if (Tested.DEFECT != null) {
            throw new UnsupportedBlobException(
                    "encoder " + name, "does not write here what it must: " + Tested.DEFECT);
        }
        Encoder known = MADE.get(name);
        if (known != null) {
            return known;
        }
        Matcher deflate = DEFLATE.matcher(name);
        if (!deflate.matches()) {
            throw new UnsupportedBlobException(
                    "encoder " + name,
                    "this Mirage has none of that name, a later one stored the image");
        }
        return deflate(
                new DeflateParameters(
                        Integer.parseInt(deflate.group(2)),
                        Integer.parseInt(deflate.group(3)),
                        Integer.parseInt(deflate.group(4)),
                        deflate.group(1).equals("zlib") ? Wrapper.ZLIB : Wrapper.RAW));
    }

    private static Encoder deflate(DeflateParameters parameters) {
        String name =
                (parameters.wrapper() == Wrapper.ZLIB ? "zlib-" : "deflate-")
                        + parameters.level()
                        + "-"
                        + parameters.windowBits()
                        + "-"
                        + parameters.memLevel();
        return MADE.computeIfAbsent(name, _ -> new PooledDeflate(name, parameters));
    }
}
