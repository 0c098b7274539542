package mirage.deploy;

import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.delta.Delta;
import mirage.library.ImageContent;
import mirage.library.ImageNotFoundException;
import mirage.library.ImageView;
import mirage.library.MirageLibrary;
import mirage.library.NotDeployableException;
import mirage.library.View;
import mirage.library.ViewRecipe;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * A library's images as hosts get them. Methods that take a view throw {@link ImageNotFoundException} for an image that
 * is not in the library, and {@link NotDeployableException} for one that is not taken apart yet or whose disk cannot be
 * read. Safe for use by many threads.
 */
public final class Deployment {
    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
    private static final int MOST_CANDIDATES = 3;
    private static final Duration TIME_FOR_ESTIMATES = Duration.ofSeconds(3);

    private final MirageLibrary library;
    private final Shelf shelf;
    private final Estimator estimator;
    private final RecentValues<ShelfName, Estimate> estimates = new RecentValues<>(4096);
    private final RecentValues<ManifestId, DataDigest> diskDigests = new RecentValues<>(4096);

    /**
     * @param library not owned
     * @param shelf not owned; may be that of other libraries too
     */
    public Deployment(MirageLibrary library, Shelf shelf) {
        this.library = library;
        this.shelf = shelf;
        this.estimator = new Estimator(library);
    }

    /**
     * What there is of an image.
     *
     * @param format as it was recognised, null when it was not
     * @param sha256 of the uploaded bytes
     * @param data of the uploaded bytes, null when an earlier version stored the image
     * @param diskLength in bytes, null when the disk cannot be read, or is not one
     * @param diskData null when it is not known
     */
    public record Description(
            @Nullable String format,
            long length,
            String sha256,
            @Nullable DataDigest data,
            @Nullable Long diskLength,
            @Nullable DataDigest diskData) {}

    /**
     * A good base.
     *
     * @param bytes of the delta when it is ready; otherwise what it would bring at the most, before compression
     * @param ready whether it need not be made first
     */
    public record Candidate(ImageView base, long bytes, boolean ready) {}

    /** A part of a view. */
    public record Range(long offset, long length) {}

    /** A view with what the library knows of its image. The two views of a raw image are one. */
    private record Known(ImageView view, ManifestId id, ImageManifest manifest) {
        long length() {
            return view.view() == View.CONTAINER ? manifest.size() : manifest.virtualSize();
        }
    }

    /** A base as a host named it. */
    private record Asked(ImageView view, Known known) {}

    public Description describe(ImageId image) throws IOException {
        Known known = known(new ImageView(image, View.CONTAINER));
        ImageManifest manifest = known.manifest;
        String sha256 = manifest.digests().sha256();
        DiskView disk = manifest.hasOneDisk() ? manifest.disk() : new DiskView.Opaque();
        return switch (disk) {
            case DiskView.SameAsContainer _ ->
                    new Description(
                            manifest.format(),
                            manifest.size(),
                            sha256,
                            manifest.data(),
                            manifest.size(),
                            manifest.data());
            case DiskView.OwnRecipe _, DiskView.ThroughFormat _ ->
                    new Description(
                            manifest.format(),
                            manifest.size(),
                            sha256,
                            manifest.data(),
                            manifest.virtualSize(),
                            diskDigests.find(known.id));
            case DiskView.Opaque _ ->
                    new Description(
                            manifest.format(),
                            manifest.size(),
                            sha256,
                            manifest.data(),
                            null,
                            null);
        };
    }

    /** Length of a view in bytes. */
    public long length(ImageView view) throws IOException {
        return known(view).length();
    }

    /** Images that are like an image, most of all first; see {@link MirageLibrary#alike}. */
    public List<ImageId> alike(ImageId image, int atMost) throws IOException {
        return library.alike(image, atMost);
    }

    /**
     * A recipe, as {@link RecipeFile} has it.
     *
     * @param anew whether the one on the shelf was found to be damaged
     * @throws ShelfBusyException when it takes long
     */
    public ShelvedFile recipe(ImageView of, boolean anew) throws IOException {
        Known known = known(of);
        return shelf.get(
                ShelfName.recipe(known.id, known.view.view()),
                (_, content, _) -> {
                    try (ViewRecipe recipe = library.recipe(known.view)) {
                        RecipeFile.write(recipe.recipe(), recipe.chunks(), content);
                    }
                },
                anew);
    }

    /**
     * A delta.
     *
     * @param anew whether the one on the shelf was found to be damaged
     * @throws ShelfBusyException when it takes long
     */
    public ShelvedFile delta(ImageView base, ImageView target, boolean anew) throws IOException {
        Known from = known(base);
        Known to = known(target);
        ShelvedFile delta = shelf.get(name(from, to), making(from, to), anew);
        try {
            learnDigest(to, delta);
            return delta;
        } catch (CorruptBlobException damaged) {
            delta.close();
            LOG.warn("a delta on the shelf is damaged: {}", damaged.getMessage());
            return shelf.get(name(from, to), making(from, to), true);
        } catch (IOException | RuntimeException failure) {
            delta.close();
            throw failure;
        }
    }

    /** Makes a delta that nobody asked for, unless the base has less than half of the target. */
    public void makeAhead(ImageView base, ImageView target) throws IOException {
        Known from = known(base);
        Known to = known(target);
        if (!from.id.equals(to.id) && estimate(from, to).helpsMuch()) {
            shelf.makeAhead(name(from, to), making(from, to));
        }
    }

    /**
     * The bases from which least is to be brought, the best first; of some that could not be looked at in time it is not
     * known.
     *
     * @param bases those that are not here or cannot be read are left out
     */
    public List<Candidate> candidates(ImageView target, List<ImageView> bases) throws IOException {
        Known to = known(target);
        List<Candidate> candidates = new ArrayList<>();
        List<Asked> rest = new ArrayList<>();
        for (ImageView base : bases) {
            Known from = knownOrNull(base);
            if (from != null) {
                OptionalLong ready = shelf.length(name(from, to));
                if (ready.isPresent()) {
                    candidates.add(new Candidate(base, ready.getAsLong(), true));
                } else {
                    rest.add(new Asked(base, from));
                }
            }
        }
        rest.sort(
                Comparator.comparingInt((Asked asked) ->
                                asked.known.manifest.sketch().agreement(to.manifest.sketch()))
                        .reversed());
        long end = System.nanoTime() + TIME_FOR_ESTIMATES.toNanos();
        for (Asked asked : rest) {
            if (System.nanoTime() - end >= 0) {
                break;
            }
            Estimate estimate = estimate(asked.known, to);
            if (estimate.helps()) {
                candidates.add(new Candidate(asked.view, estimate.bytes(), false));
            }
        }
        return candidates.stream()
                .sorted(Comparator.comparingLong(Candidate::bytes))
                .limit(MOST_CANDIDATES)
                .toList();
    }

    /**
     * Writes ranges, as {@link RangeFrames} has them.
     *
     * @param ranges within the view
     */
    public void writeRanges(ImageView of, List<Range> ranges, WritableByteChannel target)
            throws IOException {
        try (ImageContent content = library.open(of.image(), of.view())) {
            RangeFrames.Writer frames = new RangeFrames.Writer(target);
            for (Range range : ranges) {
                content.transferTo(range.offset(), range.length(), frames);
            }
            frames.finish();
        }
    }

    private Estimate estimate(Known from, Known to) throws IOException {
        ShelfName name = name(from, to);
        Estimate known = estimates.find(name);
        if (known != null) {
            return known;
        }
        Estimate found = estimator.of(from.view, from.manifest, to.view, to.manifest);
        estimates.put(name, found);
        return found;
    }

    private Shelf.Making making(Known from, Known to) {
        return (scratch, content, stopped) -> {
            var _ = library.deltas().make(from.view, to.view, scratch, content, stopped);
        };
    }

    /** What a delta says of a disk that only its making told. */
    private void learnDigest(Known to, ShelvedFile delta) throws IOException {
        if (to.view.view() == View.DISK && diskDigests.find(to.id) == null) {
            String what = "delta to " + to.view;
            diskDigests.put(to.id, Delta.open(what, delta).index().target());
        }
    }

    private static ShelfName name(Known from, Known to) {
        return ShelfName.delta(from.id, from.view.view(), to.id, to.view.view());
    }

    private Known known(ImageView view) throws IOException {
        ManifestId id = library.manifestId(view.image());
        ImageManifest manifest = id == null ? null : library.manifest(view.image());
        if (id == null || manifest == null) {
            throw new NotDeployableException(
                    view.image(),
                    "is being taken apart, try again later",
                    NotDeployableException.Why.YET);
        }
        if (view.view() == View.DISK && !manifest.hasOneDisk()) {
            throw new NotDeployableException(
                    view.image(), "is of several disks", NotDeployableException.Why.SEVERAL_DISKS);
        }
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ ->
                    new Known(new ImageView(view.image(), View.DISK), id, manifest);
            case DiskView.Opaque _ when view.view() == View.DISK ->
                    throw new NotDeployableException(
                            view.image(),
                            "has a disk that cannot be read",
                            NotDeployableException.Why.OPAQUE);
            default -> new Known(view, id, manifest);
        };
    }

    private @Nullable Known knownOrNull(ImageView view) throws IOException {
        try {
            return known(view);
        } catch (ImageNotFoundException | NotDeployableException notHere) {
            LOG.debug("{} is no base: {}", view, notHere.getMessage());
            return null;
        }
    }
}
