package mirage.glance.http;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;

/** Whether load balancers should send requests here. */
public final class Readiness {
    private final Path disablingFile;
    private volatile boolean stopping;

    private Readiness(Path disablingFile) {
        this.disablingFile = disablingFile;
    }

    /**
     * Ready from now on.
     *
     * @param disablingFile while it exists, not ready
     */
    public static Readiness unless(Path disablingFile) {
        return new Readiness(disablingFile);
    }

    /** Not ready any more: the service is about to stop. */
    public void stopping() {
        stopping = true;
    }

    /** Why not, null when ready. */
    @Nullable String objection() {
        if (stopping) {
            return "STOPPING";
        }
        return Files.exists(disablingFile) ? "DISABLED BY FILE" : null;
    }
}
