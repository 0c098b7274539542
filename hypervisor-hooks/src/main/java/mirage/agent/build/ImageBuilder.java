package mirage.agent.build;

import mirage.agent.build.BaseFile.BaseFailedException;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Candidate;
import mirage.agent.deploy.Deadline;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.deploy.NotWrittenException;
import mirage.agent.deploy.RefusedException;
import mirage.agent.deploy.TooGreatException;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.NoRoomException;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.agent.measure.Measures;
import mirage.agent.measure.Measures.Cause;
import mirage.agent.measure.Measures.Outcome;
import mirage.agent.measure.Measures.Phase;
import mirage.bytes.FileSource;
import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.codec.ZstdLibrary;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;
import mirage.delta.DeltaIndex;
import mirage.delta.DeltaRun;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes images on this host. An image gets onto the shelf in these steps, and any failure ends with the image not made
 * and nothing left of it:
 *
 * <ol>
 *   <li>the service says what the image is, to the caller whose request it is
 *   <li>of what is held here, the service says which are good bases
 *   <li>the delta is fetched into a file, and checked; one that is damaged is asked for anew, once
 *   <li>base and delta make a new file, which is the image when its digest is
 *   <li>the file goes onto the shelf, is used, and is forced to disk meanwhile
 * </ol>
 *
 * A base that fails in step 4 is not tried again until its file changes. Safe for use by many threads: those who want
 * the same wait for the same work.
 */
public final class ImageBuilder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageBuilder.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final Facade facade;
    private final Inventory inventory;
    private final Shelf shelf;
    private final LookAround look;
    private final Measures measures;
    private final BuildSettings settings;
    private final ExecutorService executor;
    private final Semaphore places;

    /** What is downloaded whole may take hours, and leaves the places to those who wait for their image. */
    private final Semaphore placeAhead = new Semaphore(1);

    private final Flights<Job, Held> flights;

    /** Brings the inventory up to what is on this host's disks. */
    public interface LookAround {
        void look() throws IOException;
    }

    private record Job(ImageId image, ImageView view, boolean whole, boolean passing) {}

    /**
     * Loads what deltas need. Where it cannot be loaded the log says so, and no image is made of a delta.
     *
     * @param directory that it may be unpacked into
     */
    public static void loadLibraries(Path directory) {
        ZstdLibrary.load(directory);
    }

    /**
     * @param executor has a thread for everything that it is given
     */
    public ImageBuilder(
            Facade facade,
            Inventory inventory,
            Shelf shelf,
            LookAround look,
            Measures measures,
            BuildSettings settings,
            ExecutorService executor) {
        this.facade = new ToldApart(facade);
        this.inventory = inventory;
        this.shelf = shelf;
        this.look = look;
        this.measures = measures;
        this.settings = settings;
        this.executor = executor;
        this.places = new Semaphore(settings.atOnce());
        this.flights = new Flights<>(executor);
    }

    /**
     * Makes an image of what is held here and a delta, when that is worthwhile.
     *
     * @return verified; of a raw image the disk is what was uploaded
     * @throws CannotMakeException when it is not made, with the reason
     */
    public Held make(ImageId image, ImageView view, Caller caller) throws IOException {
        return join(new Job(image, view, false, false), caller);
    }

    /**
     * Makes the disk of an image, or else downloads the image whole. It may take as long as it takes, while something
     * comes of it.
     *
     * @param passing whether it is to go to Nova at once, so that a budget which it does not fit into does not count
     * @throws CannotMakeException when neither can be done, with the reason
     */
    public Held makeOrFetch(ImageId image, Caller caller, boolean passing) throws IOException {
        return join(new Job(image, ImageView.DISK, true, passing), caller);
    }

    /** How many images are being made, or wait for it. */
    public int underWay() {
        return flights.underWay();
    }

    private Held join(Job job, Caller caller) throws IOException {
        try {
            Duration atMost = job.whole() ? FOREVER : settings.atMost();
            return flights.join(job, () -> run(job, caller), atMost);
        } catch (TimeoutException late) {
            measures.fellBack(Cause.LATE);
            throw new CannotMakeException(
                    Cause.LATE, "image " + job.image() + " is not ready in time");
        } catch (RejectedExecutionException ending) {
            throw new CannotMakeException(Cause.LATE, "stopped");
        }
    }

    private Held run(Job job, Caller caller) throws CannotMakeException {
        try {
            Deadline deadline =
                    job.whole()
                            ? Deadline.whileMoving(settings.atMost())
                            : Deadline.in(settings.atMost(), settings.still());
            Semaphore place = acquired(job);
            try {
                deadline.moved();
                return madeOrFetched(job, caller, deadline);
            } finally {
                place.release();
            }
        } catch (IOException failure) {
            throw failed(job, cannotMake(failure));
        } catch (RuntimeException | Error defect) {
            // Whatever it is, whoever waits for the image gets it from the service.
            LOG.error("image {}: a defect", job.image(), defect);
            throw failed(job, new CannotMakeException(Cause.OTHER, defect.toString()));
        }
    }

    private Semaphore acquired(Job job) throws CannotMakeException {
        try {
            if (job.whole()) {
                placeAhead.acquire();
                return placeAhead;
            }
            if (places.tryAcquire(settings.atMost().toMillis(), TimeUnit.MILLISECONDS)) {
                return places;
            }
            throw new CannotMakeException(Cause.LATE, "too many images are being made");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CannotMakeException(Cause.LATE, "stopped");
        }
    }

    private CannotMakeException failed(Job job, CannotMakeException cannot) {
        LOG.info("image {} is not made here: {}", job.image(), cannot.getMessage());
        measures.ended(Outcome.FAILED);
        measures.fellBack(cannot.why());
        return cannot;
    }

    private static CannotMakeException cannotMake(IOException failure) {
        return failure instanceof CannotMakeException told
                ? told
                : new CannotMakeException(causeOf(failure), failure);
    }

    private static Cause causeOf(IOException failure) {
        return switch (failure) {
            case NoRoomException _, NotWrittenException _ -> Cause.ROOM;
            case TooGreatException _ -> Cause.NOT_WORTHWHILE;
            case Deadline.LateException _, InterruptedIOException _, ClosedByInterruptException _ ->
                    Cause.LATE;
            case RefusedException refused ->
                    refused.status() >= 500 ? Cause.SERVICE : Cause.NOT_OFFERED;
            case BaseFailedException _ -> Cause.BASE;
            case FormatException _ -> Cause.OTHER;
            default -> Cause.DISK; // what the service fails in is told apart
        };
    }

    private Held madeOrFetched(Job job, Caller caller, Deadline deadline) throws IOException {
        ImageViews views = facade.describe(job.image(), caller); // 1
        ImageView view = views.same(job.view());
        Held ready = inventory.onShelf(job.image(), view);
        if (ready != null && isGood(ready, views, deadline)) {
            inventory.used(ready.key());
            measures.ended(Outcome.HELD);
            return ready;
        }
        try {
            return made(views, view, caller, deadline);
        } catch (InterruptedIOException ended) {
            throw ended;
        } catch (IOException failure) {
            if (!job.whole()) {
                throw failure;
            }
            LOG.info("image {} is downloaded whole: {}", job.image(), failure.getMessage());
        }
        Deadline anew = Deadline.whileMoving(settings.atMost());
        Held fetched = new WholeDownload(facade, shelf, caller, anew, job.passing()).fetch(views);
        return ended(fetched, Outcome.DOWNLOADED);
    }

    /** Whether what was made earlier is still that, and what the service says; what is not is removed. */
    private boolean isGood(Held ready, ImageViews views, Deadline deadline) throws IOException {
        DataDigest said = views.digestOf(ready.view());
        if (ready.isThere()
                && Objects.equals(views.lengthOf(ready.view()), ready.length())
                && (said == null || said.equals(ready.digest()))
                && isAsItWas(ready, deadline)) {
            return true;
        }
        LOG.warn("{} is not what it should be", ready.file());
        shelf.remove(ready);
        return false;
    }

    private static boolean isAsItWas(Held ready, Deadline deadline) throws IOException {
        try (FileSource bytes = FileSource.open(ready.file())) {
            return Digests.ofData(bytes, _ -> deadline.moved()).equals(ready.digest());
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private Held ended(Held held, Outcome outcome) {
        measures.ended(outcome);
        executor.execute(() -> {
            try {
                shelf.force(held);
            } catch (NoSuchFileException | ClosedByInterruptException unneeded) {
                LOG.debug("{} left the shelf before that, or the agent ends", held.file());
            } catch (IOException failure) {
                LOG.warn("{} is not forced to disk: {}", held.file(), failure.toString());
            }
        });
        return held;
    }

    private Held made(ImageViews views, ImageView view, Caller caller, Deadline deadline)
            throws IOException {
        if (views.lengthOf(view) == null) {
            throw new CannotMakeException(Cause.NOT_OFFERED, "its disk cannot be read");
        }
        if (!ZstdLibrary.isLoaded()) {
            throw new CannotMakeException(Cause.OTHER, "zstd cannot be loaded on this host");
        }
        inventory.know(views.near());
        look.look();
        List<Held> held = Bases.of(inventory, views, view);
        if (held.isEmpty()) {
            throw new CannotMakeException(Cause.NO_BASE, "nothing near it is held here");
        }
        CannotMakeException last =
                new CannotMakeException(Cause.NOT_WORTHWHILE, "no delta would be worthwhile");
        for (Candidate candidate : candidates(views, view, held, caller)) { // 2
            Held base = Bases.find(held, candidate);
            if (base == null
                    || !settings.mayBeWorthwhile(
                            candidate.bytes(), candidate.ready(), views.container().length())) {
                continue;
            }
            try {
                return made(views, view, candidate, base, caller, deadline);
            } catch (CannotMakeException | RefusedException | TooGreatException next) {
                last = cannotMake(next);
                if (last.why() == Cause.SERVICE && !(next instanceof RefusedException)) {
                    throw next; // nor would it answer for another base
                }
            }
            LOG.info("image {} from {}: {}", views.image(), base.file(), last.getMessage());
        }
        throw last;
    }

    private List<Candidate> candidates(
            ImageViews views, ImageView view, List<Held> held, Caller caller) throws IOException {
        long start = System.nanoTime();
        List<Candidate> candidates =
                facade.candidates(views.image(), view, Bases.texts(held), caller);
        measures.took(Phase.PLAN, Duration.ofNanos(System.nanoTime() - start));
        return candidates;
    }

    private Held made(
            ImageViews views,
            ImageView view,
            Candidate candidate,
            Held base,
            Caller caller,
            Deadline deadline)
            throws IOException {
        try {
            return made(views, view, candidate, base, caller, false, deadline);
        } catch (CannotMakeException damaged) {
            if (damaged.why() != Cause.DELTA) {
                throw damaged;
            }
            LOG.warn(
                    "image {} from {}: {}; asking for it anew",
                    views.image(),
                    base.file(),
                    damaged.getMessage());
            return made(views, view, candidate, base, caller, true, deadline);
        }
    }

    private Held made(
            ImageViews views,
            ImageView view,
            Candidate candidate,
            Held base,
            Caller caller,
            boolean anew,
            Deadline deadline)
            throws IOException {
        long most = settings.mostBytes(views.container().length());
        Path delta = shelf.workFile(views.image(), "delta");
        Path file = shelf.workFile(views.image(), view.text());
        try (Shelf.Room _ = shelf.room(Math.min(most, candidate.bytes()))) {
            long start = System.nanoTime();
            facade.fetchDelta(
                    views.image(), view, candidate, caller, anew, delta, most, deadline); // 3
            measures.took(Phase.FETCH, Duration.ofNanos(System.nanoTime() - start));
            // Of a disk in a container the service learns the digest when its first delta is made.
            ImageViews now =
                    views.digestOf(view) == null ? facade.describe(views.image(), caller) : views;
            Held made = applied(now, view, base, delta, file, deadline);
            measures.saved(views.container().length() - Files.size(delta));
            LOG.info(
                    "image {}: its {} is made of {} and a delta of {} bytes in {} ms",
                    views.image(),
                    view.text(),
                    base.file(),
                    Files.size(delta),
                    (System.nanoTime() - start) / 1_000_000);
            return ended(made, Outcome.MADE);
        } finally {
            Files.deleteIfExists(delta);
            Files.deleteIfExists(file);
        }
    }

    private Held applied(
            ImageViews views,
            ImageView view,
            Held base,
            Path deltaFile,
            Path file,
            Deadline deadline)
            throws IOException {
        try (FileSource bytes = FileSource.open(deltaFile)) {
            Delta delta = opened(views, view, bytes);
            DeltaIndex index = delta.index();
            Stamp before = Stamp.of(base.file());
            long start = System.nanoTime();
            try (Shelf.Room _ = shelf.room(lengthOf(index, DeltaRun.Zero.class, false));
                    BaseFile source = BaseFile.open(base.file());
                    SparseFile out = SparseFile.create(file, source, deadline)) {
                DeltaApplier.apply(delta, source, out); // 4
                out.end();
                measures.copied(lengthOf(index, DeltaRun.Copy.class, true));
                measures.took(Phase.APPLY, Duration.ofNanos(System.nanoTime() - start));
                Held made = shelf.put(views.image(), view, file, index.target(), out.cost()); // 5
                inventory.used(base.key());
                return made;
            } catch (CorruptBlobException | BaseFailedException damaged) {
                if (Thread.currentThread().isInterrupted()) {
                    throw damaged; // which is why the base could not be read
                }
                // The delta is as it was made: it was read before.
                LOG.warn(
                        "{} is not the base that it should be: {}",
                        base.file(),
                        damaged.getMessage());
                inventory.change(base.key(), now -> now.withDoubt(before));
                throw new CannotMakeException(Cause.BASE, damaged);
            }
        }
    }

    private static Delta opened(ImageViews views, ImageView view, FileSource bytes)
            throws IOException {
        try {
            Delta delta = Delta.open("delta to " + views.image(), bytes);
            delta.requireIntact();
            DeltaIndex index = delta.index();
            DataDigest digest = views.digestOf(view);
            if (!Objects.equals(index.targetLength(), views.lengthOf(view))
                    || digest != null && !digest.equals(index.target())) {
                throw new CannotMakeException(
                        Cause.DELTA,
                        views.lengthOf(view)
                                + " bytes of "
                                + digest
                                + " expected, the delta makes "
                                + index.targetLength()
                                + " of "
                                + index.target());
            }
            return delta;
        } catch (CorruptBlobException damaged) {
            throw new CannotMakeException(Cause.DELTA, damaged);
        }
    }

    /** Bytes that runs of a kind make, or all the others do. */
    private static long lengthOf(DeltaIndex index, Class<? extends DeltaRun> kind, boolean of) {
        return index.runs().stream()
                .filter(run -> kind.isInstance(run) == of)
                .mapToLong(DeltaRun::length)
                .sum();
    }

    /** Gives up what is under way, and waits until that has ended. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("images are still being made");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
