package mirage.agent.fleet;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Candidate;
import mirage.agent.deploy.Deadline;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.HostOrders;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.catalog.ImageId;
import mirage.deploy.Deployment;
import mirage.library.ImageContent;
import mirage.library.MirageLibrary;
import mirage.library.View;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/**
 * The image service as a host of the fleet sees it: what it says and gives is that of a library, how long that takes is the
 * network's to say. Bytes come to a host before it writes them, and it may write when one of a few places is free: that is
 * for this machine's sake and takes no time there.
 */
final class FleetService implements Facade {
    /** An answer in JSON with its headers, and the request before it, about. */
    private static final int MESSAGE_BYTES = 1500;

    private static final int BUFFER_BYTES = 1 << 20;

    private final MirageLibrary library;
    private final Deployment deployment;
    private final VirtualNetwork network;
    private final Semaphore places;
    private final double readyAt;

    /** When this host had the image's bytes, in nanoseconds of this machine's clock; what it does after that is its own. */
    private volatile long arrived;

    private volatile boolean placed;

    /**
     * @param places at which hosts write
     * @param readyAt second at which a delta is made
     */
    FleetService(
            MirageLibrary library,
            Deployment deployment,
            VirtualNetwork network,
            Semaphore places,
            double readyAt) {
        this.library = library;
        this.deployment = deployment;
        this.network = network;
        this.places = places;
        this.readyAt = readyAt;
    }

    long arrived() {
        return arrived;
    }

    /** The host has the image: the next one may write. */
    void free() {
        if (placed) {
            placed = false;
            places.release();
        }
    }

    private void arrive(long bytes) throws InterruptedIOException {
        network.transfer(bytes);
        places.acquireUninterruptibly();
        placed = true;
        arrived = System.nanoTime();
    }

    @Override
    public ImageViews describe(ImageId image, Caller caller) throws IOException {
        network.transfer(MESSAGE_BYTES);
        Deployment.Description known = deployment.describe(image);
        return new ImageViews(
                image,
                new ImageViews.Container(
                        String.valueOf(known.format()),
                        known.length(),
                        known.sha256(),
                        known.data()),
                known.diskLength() == null
                        ? null
                        : new ImageViews.Disk(known.diskLength(), known.diskData()),
                deployment.alike(image, 1));
    }

    @Override
    public List<Candidate> candidates(
            ImageId image, ImageView view, List<String> bases, Caller caller) throws IOException {
        network.transfer(MESSAGE_BYTES);
        return deployment
                .candidates(
                        stored(image, view),
                        bases.stream()
                                .map(base -> stored(new ImageId(base), ImageView.DISK))
                                .toList())
                .stream()
                .map(one ->
                        new Candidate(one.base().image(), ImageView.DISK, one.bytes(), one.ready()))
                .toList();
    }

    @Override
    public void fetchDelta(
            ImageId image,
            ImageView view,
            Candidate base,
            Caller caller,
            boolean anew,
            Path file,
            long most,
            Deadline deadline)
            throws IOException {
        network.passUntil(readyAt);
        try (var delta =
                deployment.delta(stored(base.base(), base.baseView()), stored(image, view), anew)) {
            arrive(delta.length());
            try (FileChannel out = created(file)) {
                ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
                for (long at = 0; at < delta.length(); at += buffer.limit()) {
                    int part = (int) Math.min(BUFFER_BYTES, delta.length() - at);
                    delta.readFully(at, buffer.clear().limit(part));
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        out.write(buffer);
                    }
                }
            }
        }
    }

    @Override
    public void fetchContainer(
            ImageId image, Caller caller, Path file, long length, Deadline deadline)
            throws IOException {
        arrive(length);
        try (ImageContent content = library.open(image, View.CONTAINER);
                FileChannel out = created(file)) {
            content.transferTo(0, length, out);
        }
        arrived = System.nanoTime();
    }

    private static FileChannel created(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    private static mirage.library.ImageView stored(ImageId image, ImageView view) {
        return new mirage.library.ImageView(
                image, View.valueOf(view.text().toUpperCase(Locale.ROOT)));
    }

    @Override
    public List<ImageId> find(String query, int most, Caller caller) {
        throw new UnsupportedOperationException("hosts of the fleet know what they want");
    }

    @Override
    public HostOrders tell(String host, List<ImageId> holds, List<ImageId> removed, Caller caller) {
        throw new UnsupportedOperationException("hosts of the fleet tell nothing");
    }
}
