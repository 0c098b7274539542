package mirage.agent.hold;

import mirage.agent.deploy.ImageView;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/**
 * A file that has the bytes of an image.
 *
 * @param view which bytes
 * @param place whose file it is
 * @param file where it is
 * @param digest that its data should have, null when nobody has told: what is made of it will tell
 * @param cost how many bytes of it are not holes, as far as we know
 * @param stamp of the file when this was noted
 * @param doubted when it did not serve as a base; it is not tried again until it changes
 * @param durable whether it was forced to disk after it was written
 * @param shown whether this host was told that the image is what this file has: see {@code present = raw}
 * @param seeded whether the agent put it in Nova's folder, where nobody had asked for it
 * @param verified when it was read last and found as it should be, null when it was not since it was written
 */
public record Held(
        ImageId image,
        ImageView view,
        Place place,
        Path file,
        @Nullable DataDigest digest,
        long cost,
        Stamp stamp,
        @Nullable Stamp doubted,
        boolean durable,
        boolean shown,
        boolean seeded,
        @Nullable Instant verified) {
    /** Whose file it is. */
    public enum Place {
        /** Nova's folder of bases: Nova uses it, and removes it when it likes. */
        NOVA,
        /** The agent's own. */
        SHELF
    }

    /** What there is one of. */
    public record Key(ImageId image, ImageView view, Place place) {}

    /** A file on the shelf, verified and not yet forced to disk. */
    public static Held onShelf(
            ImageId image, ImageView view, Path file, DataDigest digest, long cost, Stamp stamp) {
        return new Held(
                image,
                view,
                Place.SHELF,
                file,
                digest,
                cost,
                stamp,
                null,
                false,
                false,
                false,
                null);
    }

    /** A base of Nova's. */
    public static Held ofNova(
            ImageId image, ImageView view, Path file, @Nullable DataDigest digest, Stamp stamp) {
        return new Held(
                image,
                view,
                Place.NOVA,
                file,
                digest,
                stamp.size(),
                stamp,
                null,
                true,
                false,
                false,
                null);
    }

    public Key key() {
        return new Key(image, view, place);
    }

    public long length() {
        return stamp.size();
    }

    /** Whether the file is still the one that was noted. */
    public boolean isThere() throws IOException {
        return stamp.isSameFile(Stamp.of(file));
    }

    /** Whether it is worth a try as a base. */
    public boolean mayServe() throws IOException {
        Stamp now = Stamp.of(file);
        return stamp.isSameFile(now) && !Objects.equals(now, doubted);
    }

    /** Whether the file is the one that was noted, but for its length: it was cut short. */
    public boolean isCut() throws IOException {
        return stamp.isResized(Stamp.of(file));
    }

    public Held withDoubt(@Nullable Stamp when) {
        return with(digest, when, durable, shown, verified);
    }

    public Held withDurable() {
        return with(digest, doubted, true, shown, verified);
    }

    public Held withShown() {
        return with(digest, doubted, durable, true, verified);
    }

    public Held withDigest(DataDigest told) {
        return with(told, doubted, durable, shown, verified);
    }

    /** It was read, and is as it should be. */
    public Held withVerified(Instant when) {
        return with(digest, null, durable, shown, when);
    }

    private Held with(
            @Nullable DataDigest digest,
            @Nullable Stamp doubted,
            boolean durable,
            boolean shown,
            @Nullable Instant verified) {
        return new Held(
                image, view, place, file, digest, cost, stamp, doubted, durable, shown, seeded,
                verified);
    }

    /** This one, of Nova's, as one that nobody had asked for. */
    public Held withSeeded(long cost) {
        return new Held(
                image, view, place, file, digest, cost, stamp, doubted, durable, shown, true,
                verified);
    }
}
