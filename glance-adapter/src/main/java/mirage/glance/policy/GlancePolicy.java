package mirage.glance.policy;

import mirage.glance.identity.Caller;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Policy as Glance has it: its rules, changed by an operator's files, and what it asks beside them ({@code Ownership}).
 *
 * <p>Files that change count within a second of the next question after that; nobody restarts anything. A file that
 * cannot be used leaves the rules as they were and is told of in the log, once for each change.
 */
public final class GlancePolicy implements Policy {
    private static final Logger LOG = LoggerFactory.getLogger(GlancePolicy.class);
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final PolicyMode mode;
    private final PolicyFiles files;
    private final LongSupplier nanoTime;
    private final AtomicLong nextLook;
    private final ReentrantLock reloading = new ReentrantLock();
    private volatile List<PolicyFiles.Version> seen;
    private volatile RuleBook rules;
    private volatile String told = "";

    private GlancePolicy(
            PolicyMode mode,
            PolicyFiles files,
            LongSupplier nanoTime,
            List<PolicyFiles.Version> seen,
            RuleBook rules) {
        this.mode = mode;
        this.files = files;
        this.nanoTime = nanoTime;
        this.nextLook = new AtomicLong(nanoTime.getAsLong() + LOOK_AGAIN_NANOS);
        this.seen = seen;
        this.rules = rules;
    }

    /** Glance's rules alone. */
    public static GlancePolicy of(PolicyMode mode) {
        return new GlancePolicy(
                mode, PolicyFiles.none(), System::nanoTime, List.of(), RuleBook.of(mode));
    }

    /**
     * Glance's rules with an operator's.
     *
     * @throws PolicyFileException when a file cannot be used, naming file, line and rule: nobody serves by rules that
     *     nobody meant
     */
    public static GlancePolicy open(PolicyMode mode, PolicyFiles files) throws PolicyFileException {
        return open(mode, files, System::nanoTime);
    }

    /**
     * The same with another clock.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    static GlancePolicy open(PolicyMode mode, PolicyFiles files, LongSupplier nanoTime)
            throws PolicyFileException {
        // What changes after this look and before the files are read is seen as a change later.
        List<PolicyFiles.Version> versions = files.versions();
        RuleBook rules = RuleBook.of(mode, files.read());
        if (!versions.isEmpty()) {
            LOG.info("Rules as {} has them, changed by {} files", mode, versions.size());
        }
        if (files.file() != null && !isIn(versions, files.file())) {
            LOG.warn("{}: no such file; it counts when it comes", files.file());
        }
        rules.warnings().forEach(LOG::warn);
        return new GlancePolicy(mode, files, nanoTime, versions, rules);
    }

    @Override
    public boolean permits(String rule, Caller caller, PolicyTarget target) {
        RuleBook now = rules();
        return now.permits(rule, caller, target)
                && (Ownership.permits(rule, caller, target)
                        || now.permits(RuleNames.CONTEXT_IS_ADMIN, caller, PolicyTarget.none()));
    }

    @Override
    public boolean defines(String rule) {
        return rules().defines(rule);
    }

    /** The rules in force. */
    RuleBook rules() {
        long look = nextLook.get();
        long now = nanoTime.getAsLong();
        if (now - look >= 0
                && nextLook.compareAndSet(look, now + LOOK_AGAIN_NANOS)
                && reloading.tryLock()) {
            try {
                reloadIfChanged();
            } finally {
                reloading.unlock();
            }
        }
        return rules;
    }

    private void reloadIfChanged() {
        List<PolicyFiles.Version> before = seen;
        try {
            List<PolicyFiles.Version> versions = files.versions();
            if (versions.equals(before)) {
                return;
            }
            seen = versions;
            requireMainFile(before, versions);
            RuleBook changed = RuleBook.of(mode, files.read());
            rules = changed;
            LOG.info("Rules were read again from {} files", versions.size());
            changed.warnings().forEach(LOG::warn);
            told = "";
        } catch (PolicyFileException unusable) {
            String failure = String.valueOf(unusable.getMessage());
            if (!failure.equals(told)) {
                LOG.error("The rules stay as they were: {}", failure);
                told = failure;
            }
        }
    }

    /** A file that vanishes was moved or lost; that its rules should count no longer is said by an empty one. */
    private void requireMainFile(
            List<PolicyFiles.Version> before, List<PolicyFiles.Version> versions)
            throws PolicyFileException {
        Path file = files.file();
        if (file != null && isIn(before, file) && !isIn(versions, file)) {
            throw new PolicyFileException(file + ": no longer there");
        }
    }

    private static boolean isIn(List<PolicyFiles.Version> versions, Path file) {
        return versions.stream().anyMatch(version -> version.file().equals(file));
    }
}
