package mirage.agent.build;

import mirage.agent.build.BaseFile.BaseFailedException;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Candidate;
import mirage.agent.deploy.Deadline;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.deploy.RefusedException;
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
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;
import mirage.delta.DeltaIndex;
import mirage.delta.DeltaRun;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
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
 *   <li>the delta is fetched into a file, and checked
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

    private final Facade facade;
    private final Inventory inventory;
    private final Shelf shelf;
    private final LookAround look;
    private final Measures measures;
    private final BuildSettings settings;
    private final ExecutorService executor;
    private final Semaphore places;
    private final Flights<Job, Held> flights;

    /** Brings the inventory up to what is on this host's disks. */
    public interface LookAround {
        void look() throws IOException;
    }

    private record Job(ImageId image, ImageView view, boolean whole) {}

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
        this.facade = facade;
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
        return join(new Job(image, view, false), caller);
    }

    /**
     * Makes the disk of an image, or else downloads the image whole.
     *
     * @throws CannotMakeException when neither can be done, with the reason
     */
    public Held makeOrFetch(ImageId image, Caller caller) throws IOException {
        return join(new Job(image, ImageView.DISK, true), caller);
    }

    /** How many images are being made, or wait for it. */
    public int underWay() {
        return flights.underWay();
    }

    private Held join(Job job, Caller caller) throws IOException {
        try {
            return flights.join(job, () -> run(job, caller), settings.atMost());
        } catch (TimeoutException late) {
            measures.fellBack(Cause.LATE);
            throw new CannotMakeException(
                    Cause.LATE, "image " + job.image() + " is not ready in time");
        }
    }

    private Held run(Job job, Caller caller) throws IOException {
        Deadline deadline = Deadline.in(settings.atMost());
        try {
            if (!places.tryAcquire(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CannotMakeException(Cause.LATE, "too many images are being made");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CannotMakeException(Cause.LATE, "stopped");
        }
        try {
            return madeOrFetched(job, caller, deadline);
        } catch (CannotMakeException cannot) {
            throw failed(job, cannot);
        } catch (IOException failure) {
            throw failed(job, new CannotMakeException(causeOf(failure), failure));
        } catch (RuntimeException defect) {
            LOG.error("image {}: a defect", job.image(), defect);
            throw failed(job, new CannotMakeException(Cause.OTHER, defect.toString()));
        } finally {
            places.release();
        }
    }

    private CannotMakeException failed(Job job, CannotMakeException cannot) {
        LOG.info("image {} is not made here: {}", job.image(), cannot.getMessage());
        measures.ended(Outcome.FAILED);
        measures.fellBack(cannot.why());
        return cannot;
    }

    private static Cause causeOf(IOException failure) {
        return switch (failure) {
            case NoRoomException _ -> Cause.ROOM;
            case Deadline.LateException _ -> Cause.LATE;
            case RefusedException refused ->
                    refused.status() >= 500 ? Cause.SERVICE : Cause.NOT_OFFERED;
            case BaseFailedException _ -> Cause.BASE;
            default -> Cause.SERVICE;
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
        } catch (Deadline.LateException | InterruptedIOException ended) {
            throw ended;
        } catch (IOException failure) {
            if (!job.whole()) {
                throw failure;
            }
            LOG.info("image {} is downloaded whole: {}", job.image(), failure.getMessage());
        }
        Held fetched = new WholeDownload(facade, shelf, caller, deadline).fetch(views);
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
            return Digests.ofData(bytes, _ -> deadline.check()).equals(ready.digest());
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
            } catch (CannotMakeException next) {
                last = next;
            } catch (RefusedException refused) {
                last = new CannotMakeException(causeOf(refused), refused);
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
        long most = settings.mostBytes(views.container().length());
        Path delta = shelf.workFile(views.image(), "delta");
        Path file = shelf.workFile(views.image(), view.text());
        try (Shelf.Room _ = shelf.room(Math.min(most, candidate.bytes()))) {
            long start = System.nanoTime();
            facade.fetchDelta(views.image(), view, candidate, caller, delta, most, deadline); // 3
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
                    SparseFile out = SparseFile.create(file, deadline)) {
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

    /** Which of what is held may help. */
    private static final class Bases {
        private static final int MAX_ASKED = 64;

        private Bases() {}

        /** What was used last first, but before it what the service says is near. */
        static List<Held> of(Inventory inventory, ImageViews views, ImageView view)
                throws IOException {
            List<Held> near = new ArrayList<>();
            List<Held> others = new ArrayList<>();
            for (Held held : inventory.all().reversed()) {
                boolean wanted = held.image().equals(views.image()) && held.view() == view;
                if (!wanted && held.mayServe()) {
                    (views.near().contains(held.image()) ? near : others).add(held);
                }
            }
            near.addAll(others);
            return near.size() > MAX_ASKED ? near.subList(0, MAX_ASKED) : near;
        }

        static List<String> texts(List<Held> held) {
            return held.stream()
                    .map(one -> Candidate.text(one.image(), one.view()))
                    .distinct()
                    .toList();
        }

        static @Nullable Held find(List<Held> held, Candidate candidate) {
            for (Held one : held) {
                if (one.image().equals(candidate.base()) && one.view() == candidate.baseView()) {
                    return one;
                }
            }
            return null;
        }
    }
}
