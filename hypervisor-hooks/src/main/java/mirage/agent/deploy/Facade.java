package mirage.agent.deploy;

import mirage.catalog.ImageId;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The image service, as a host sees it. Every method throws {@link RefusedException} when the service refuses, {@link
 * NotWrittenException} when this host's disk does, another {@link IOException} when the service cannot be reached or what
 * it says makes no sense. Safe for use by many threads.
 */
public interface Facade {
    /** What there is of an image. */
    ImageViews describe(ImageId image, Caller caller) throws IOException;

    /**
     * Which bases are good ones.
     *
     * @param bases as {@link Candidate#text} writes them, 1 to 64
     * @return at most 3, the best first
     */
    List<Candidate> candidates(ImageId image, ImageView view, List<String> bases, Caller caller)
            throws IOException;

    /**
     * Brings a delta. Where the connection breaks it goes on, with the same delta or from the start.
     *
     * @param anew whether the service is to make it anew, since what came before was damaged
     * @param file is made, or written over
     * @param most bytes that it may have
     * @throws TooGreatException when it has more
     * @throws IOException when it does not come in time; the file is then of no use
     */
    void fetchDelta(
            ImageId image,
            ImageView view,
            Candidate base,
            Caller caller,
            boolean anew,
            Path file,
            long most,
            Deadline deadline)
            throws IOException;

    /**
     * Brings what was uploaded.
     *
     * @param file is made, or written over
     * @param length that it must have
     */
    void fetchContainer(ImageId image, Caller caller, Path file, long length, Deadline deadline)
            throws IOException;

    /**
     * Ids of active images, the newest first.
     *
     * @param query of the Image API, such as {@code name=debian-12}, escaped
     * @param most how many at the most
     */
    List<ImageId> find(String query, int most, Caller caller) throws IOException;

    /** Tells what this host holds, and what of the revoked it holds no more. */
    HostOrders tell(String host, List<ImageId> holds, List<ImageId> removed, Caller caller)
            throws IOException;
}
