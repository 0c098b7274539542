package mirage.agent.build;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Deadline;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures.Cause;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.codec.DataDigest;
import mirage.image.DiskImage;
import mirage.image.ImageFormats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Downloads an image and takes the guest's disk out of it. */
final class WholeDownload {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Facade facade;
    private final Shelf shelf;
    private final Caller caller;
    private final Deadline deadline;
    private final boolean passing;

    /**
     * @param passing whether it does not stay on the shelf, so that the budget does not count
     */
    WholeDownload(Facade facade, Shelf shelf, Caller caller, Deadline deadline, boolean passing) {
        this.facade = facade;
        this.shelf = shelf;
        this.caller = caller;
        this.deadline = deadline;
        this.passing = passing;
    }

    Held fetch(ImageViews views) throws IOException {
        Path container = shelf.workFile(views.image(), "container");
        Path disk = shelf.workFile(views.image(), "disk");
        Long length = views.lengthOf(ImageView.DISK);
        if (length == null) {
            throw new CannotMakeException(Cause.NOT_OFFERED, "its disk cannot be read");
        }
        // A disk is mostly holes, and of how many only the image tells; what is written over that
        // ends at the disk's end.
        long containerLength = views.container().length();
        try (Shelf.Room _ = shelf.passing(views.isRaw() ? length : containerLength * 2)) {
            facade.fetchContainer(views.image(), caller, container, containerLength, deadline);
            return expanded(views, container, disk, length);
        } finally {
            Files.deleteIfExists(container);
            Files.deleteIfExists(disk);
        }
    }

    private Held expanded(ImageViews views, Path container, Path disk, long length)
            throws IOException {
        try (FileSource bytes = FileSource.open(container);
                SparseFile out = SparseFile.create(disk, null, deadline)) {
            require(
                    "what was uploaded",
                    views.container().sha256(),
                    Digests.sha256(bytes, _ -> deadline.moved()));
            DataDigest found = copy(views.isRaw() ? bytes : diskOf(bytes), length, out);
            DataDigest expected = views.digestOf(ImageView.DISK);
            if (expected != null) {
                require("the disk", expected.sha256(), found.sha256());
            }
            out.end();
            // The budget is for what a disk takes, which is known now.
            try (Shelf.Room _ = passing ? shelf.passing(0) : shelf.room(out.cost())) {
                return shelf.put(views.image(), ImageView.DISK, disk, found, out.cost());
            }
        }
    }

    private static ByteSource diskOf(ByteSource container) throws IOException {
        DiskImage image;
        // For as long as that takes: the disk is read without its map.
        try (MemoryPool.Share memory = MemoryPool.ofHeap().open()) {
            image = ImageFormats.open(container, new Warnings(), memory);
        }
        if (image.recognition() != DiskImage.Recognition.RECOGNISED
                || !image.standsAlone()
                || !image.parts().isEmpty()
                || !image.complete()) {
            throw new CannotMakeException(Cause.NOT_OFFERED, "its disk cannot be read");
        }
        return image.disk();
    }

    private static DataDigest copy(ByteSource disk, long length, SparseFile out)
            throws IOException {
        if (disk.length() != length) {
            throw new CannotMakeException(
                    Cause.OTHER, "a disk of " + length + " bytes expected, found " + disk.length());
        }
        DataDigest.Stream digest = new DataDigest.Stream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < length; ) {
            int part = (int) Math.min(BUFFER_BYTES, length - at);
            disk.readFully(at, buffer.clear().limit(part));
            digest.update(buffer.flip());
            out.write(buffer);
            at += part;
        }
        return digest.finish();
    }

    private static void require(String what, String expected, String found)
            throws CannotMakeException {
        if (!found.equals(expected)) {
            throw new CannotMakeException(
                    Cause.OTHER, what + ": digest " + expected + " expected, found " + found);
        }
    }
}
