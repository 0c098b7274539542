package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkSource;
import mirage.ingest.ReadBack.DifferenceException;
import mirage.manifest.Recipe;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Takes what the recipe of a disk rebuilds and holds it against the disk: for a disk that the container is not made of, so that
 * {@link ReadBack} does not see it. What both know to be holes is passed over.
 */
final class DiskReadBack implements WritableByteChannel {
    /** Rebuilt at a time. */
    private static final long WINDOW_BYTES = 64 << 20;

    private final ByteSource disk;
    private ByteBuffer expected = ByteBuffer.allocate(0);
    private long position;

    private DiskReadBack(ByteSource disk, long position) {
        this.disk = disk;
        this.position = position;
    }

    /**
     * @throws DifferenceException when the recipe does not rebuild the disk
     */
    static void check(Recipe recipe, ByteSource disk, ChunkSource chunks, Rebuilder rebuilder)
            throws IOException {
        if (recipe.length() != disk.length()) {
            throw new DifferenceException(
                    "the recipe rebuilds "
                            + recipe.length()
                            + " bytes of a disk of "
                            + disk.length());
        }
        ByteSource stored = new RecipeSource(recipe, chunks);
        for (long at = 0; at < disk.length(); at += WINDOW_BYTES) {
            long length = Math.min(WINDOW_BYTES, disk.length() - at);
            if (!isHole(stored, at, length) || !isHole(disk, at, length)) {
                rebuilder.transferTo(recipe, at, length, new DiskReadBack(disk, at));
            }
        }
    }

    private static boolean isHole(ByteSource source, long from, long length) throws IOException {
        for (long at = from; at < from + length; ) {
            ByteSource.Run run = source.runAt(at);
            if (!run.hole()) {
                return false;
            }
            at += run.length();
        }
        return true;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (expected.capacity() < length) {
            expected = ByteBuffer.allocate(length);
        }
        expected.clear().limit(length);
        disk.readFully(position, expected);
        int difference = expected.flip().mismatch(bytes);
        if (difference >= 0) {
            throw new DifferenceException(
                    "what was stored of the disk at "
                            + (position + difference)
                            + " is not the disk's");
        }
        bytes.position(bytes.limit());
        position += length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
