package mirage.codec;

import com.github.luben.zstd.util.Native;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;

/**
 * The native library of zstd. It is unpacked into a folder for temporary files and loaded from there, which fails where
 * nothing may be executed from that folder.
 */
public final class ZstdLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(ZstdLibrary.class);

    private static boolean failed;

    private ZstdLibrary() {}

    /**
     * Loads it, unless it is loaded, and says in the log when that cannot be done.
     *
     * @param elsewhere a folder that it is unpacked into where that of {@code java.io.tmpdir} will not do
     */
    public static synchronized void load(Path elsewhere) {
        failed = !loads(Native::load) && !loads(() -> Native.load(elsewhere.toFile()));
        if (failed) {
            LOG.error(
                    "zstd cannot be loaded: it must be possible to execute files of {} or {}",
                    System.getProperty("java.io.tmpdir"),
                    elsewhere);
        }
    }

    /** Whether it is loaded. Loads it, unless that was tried before. */
    public static synchronized boolean isLoaded() {
        return !failed && loads(Native::load);
    }

    private static boolean loads(Runnable how) {
        try {
            how.run();
            return Native.isLoaded();
        } catch (LinkageError cannot) {
            LOG.info("zstd is not loaded: {}", cannot.toString());
            return false;
        }
    }
}
