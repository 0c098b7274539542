package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.wrapped.Wrapping;
import mirage.layout.DiskLayout;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Looks into uploads that are compressed as a whole. They are decoded once, into a file beside the spools that has no name, so
 * that nothing can be left of it. One layer is taken off; what is in it is an image that we know, or is forgotten.
 *
 * <p>Hostile bytes decode to anything. So the bytes that come out, those of them that are not zeros, and the room that they
 * take on the disk are bounded; beyond any of these bounds the upload is what it was, opaque bytes, with a warning.
 */
public final class Unwrapper {
    private static final Logger LOG = LoggerFactory.getLogger(Unwrapper.class);

    /** Decoded of any upload, however small. */
    private static final long LEAST_BUDGET_BYTES = 4L << 30;

    /** As much as deflate can make of a byte. Formats that make more have disks with nothing on them to show for it. */
    private static final long MOST_EXPANSION = 1032;

    /** How much may be written without looking at the room that is left. */
    private static final long LOOK_EVERY_BYTES = 64 << 20;

    private final SpoolDirectory directory;
    private final long mostBytes;

    /**
     * @param directory has the decoded files
     * @param mostBytes that an image may have when it is decoded; 0 when none is to be
     */
    public Unwrapper(SpoolDirectory directory, long mostBytes) {
        this.directory = directory;
        this.mostBytes = mostBytes;
    }

    /**
     * Decodes an upload when it is compressed and there is a disk in it.
     *
     * @param layout of the upload as it is
     * @param warnings takes why it cannot be decoded
     * @return null when there is no disk in it that we can read, or nobody wants it read
     * @throws IOException when the upload cannot be read; never for what is in it
     */
    @Nullable Unwrapped open(
            Spool spool, DiskLayout layout, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        if (mostBytes == 0 || !layout.isUnknown()) {
            return null;
        }
        Wrapping wrapping = Wrapping.of(spool.bytes());
        if (wrapping == null) {
            return null;
        }
        try {
            return open(spool, wrapping, warnings, memory);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            LOG.info("image {} is not looked into", spool.image(), e);
            warnings.add("compressed with " + wrapping.label() + ", not looked into: " + why(e));
            return null;
        }
    }

    private static String why(IOException e) {
        return e instanceof EOFException ? "it ends early" : String.valueOf(e.getMessage());
    }

    private @Nullable Unwrapped open(
            Spool spool, Wrapping wrapping, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        ScratchFile scratch = new ScratchFile(directory.openScratch(spool.image()));
        boolean wanted = false;
        try {
            decode(spool, wrapping, scratch);
            DiskLayout layout = lookInto(scratch.bytes(), wrapping, warnings, memory);
            wanted = layout != null;
            return layout == null ? null : new Unwrapped(layout, scratch);
        } finally {
            if (!wanted) {
                scratch.close();
            }
        }
    }

    private void decode(Spool spool, Wrapping wrapping, ScratchFile scratch) throws IOException {
        long mostDecoded = Math.min(mostBytes, budget(spool.size()));
        long mostData = DiskBounds.mostDataBytes(spool.size());
        byte[] stretch = new byte[ScratchFile.STRETCH_BYTES];
        long nextLook = 0;
        try (InputStream in = wrapping.open(spool.bytes())) {
            while (true) {
                int length = in.readNBytes(stretch, 0, stretch.length);
                if (length == 0) {
                    return;
                }
                scratch.add(stretch, length);
                requireAtMost(mostDecoded, scratch.size(), "bytes");
                requireAtMost(mostData, scratch.writtenBytes(), "bytes other than zeros");
                if (scratch.writtenBytes() >= nextLook) {
                    requireRoom(scratch.writtenBytes() + spool.size());
                    nextLook = scratch.writtenBytes() + LOOK_EVERY_BYTES;
                }
            }
        }
    }

    private static long budget(long size) {
        return LEAST_BUDGET_BYTES
                + MOST_EXPANSION * Math.min(size, Long.MAX_VALUE / 2 / MOST_EXPANSION);
    }

    private static void requireAtMost(long most, long found, String what) throws FormatException {
        if (found > most) {
            throw new FormatException("at most " + most + " " + what + " expected, found more");
        }
    }

    /** What is stored of an image may take as much as it and what it is decoded to. */
    private void requireRoom(long bytes) throws IOException {
        long usable = directory.usableBytes();
        if (usable < bytes) {
            throw new IOException(
                    "room for " + bytes + " bytes more expected on the disk, found " + usable);
        }
    }

    private static @Nullable DiskLayout lookInto(
            ByteSource decoded, Wrapping wrapping, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        Warnings inner = new Warnings();
        DiskLayout content = DiskLayout.read(decoded, inner, memory);
        if (content.isUnknown()) {
            return null; // A kernel's ramdisk, a text: no disk, and nothing odd about that.
        }
        inner.messages().forEach(warnings::add);
        if (!DiskBounds.mayHaveRecipe(content, decoded.length())) {
            warnings.add(
                    "compressed with "
                            + wrapping.label()
                            + ", holds "
                            + content.image().format()
                            + " whose disk cannot be read in full");
            return null;
        }
        return content.wrappedWith(wrapping);
    }
}
