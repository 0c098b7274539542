package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The contents of the regular files of an image, by number from 0 up, and what names them: the id of the chunk that a
 * content is all of, or else a digest, within budgets that follow the length of the image.
 */
final class FileContents {
    private static final int READ_BYTES = 256 << 10;

    /** Seconds of work for any image, enough for a sparse file of a few GiB in a small one. */
    private static final long LEAST_DIGEST_BUDGET_BYTES = 8L << 30;

    private final Warnings warnings;
    private final List<VolumeContents> volumes = new ArrayList<>();

    /** Number of the first content of each volume. */
    private final List<Integer> firstOfVolume = new ArrayList<>();

    private final WorkBudget decoding;

    /** Files that were not decoded, or not to their end, since decoding became too much work. */
    private final AtomicLong undecoded = new AtomicLong();

    /** Bytes of files that may still be digested; what a file claims is no measure, see {@link #budget}. */
    private long digestBudget;

    /**
     * @param imageLength of the image as it was uploaded, which bounds the work
     */
    FileContents(long imageLength, Warnings warnings) {
        this.warnings = warnings;
        this.digestBudget = budget(imageLength);
        this.decoding = WorkBudget.ofDecoding(imageLength);
    }

    /**
     * A hostile image of a few KiB can claim files of 16 TiB, by holes or by naming one block over and over. Honest
     * images stay below: compression and sparse files seldom save more than nine tenths.
     */
    private static long budget(long imageLength) {
        return LEAST_DIGEST_BUDGET_BYTES + 16 * Math.min(imageLength, Long.MAX_VALUE / 32);
    }

    /** Begins with the contents of another volume, whose numbers follow those that there are. */
    void add(VolumeContents volume) {
        firstOfVolume.add(count());
        volumes.add(volume);
    }

    /** How many there are so far. */
    int count() {
        return volumes.isEmpty() ? 0 : firstOfVolume.getLast() + volumes.getLast().count();
    }

    /** Of the bytes that lie on the disk. */
    long storedLength(int number) {
        int volume = volumeOf(number);
        return volumes.get(volume).storedLength(number - firstOfVolume.get(volume));
    }

    /** Says the digest of the stored bytes of a content, which were one chunk. */
    void name(int number, ChunkId sha256) {
        int volume = volumeOf(number);
        volumes.get(volume).nameStored(number - firstOfVolume.get(volume), sha256);
    }

    /** The last that begins at the number or before; those without contents begin where the next does. */
    private int volumeOf(int number) {
        int low = 0;
        int high = volumes.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstOfVolume.get(middle) <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Begins to digest the contents that have no name yet. */
    List<Future<?>> digestTheRest(ExecutorService workers) {
        List<Future<?>> work = new ArrayList<>();
        for (VolumeContents volume : volumes) {
            for (VolumeContents.Batch batch : volume.unnamed(this::isWithinBudget)) {
                work.add(
                        workers.submit(() -> {
                            digest(volume, batch);
                            return null;
                        }));
            }
        }
        return work;
    }

    /** Once all are digested. */
    void nameLinks() {
        volumes.forEach(VolumeContents::nameLinks);
    }

    /** Warns of what was too much work, once all is done. */
    void warnOfWhatIsLeftOut() {
        if (undecoded.get() > 0) {
            warn(
                    undecoded
                            + " encoded files have no digest: decoding files is more work than fits an image"
                            + " of this size");
        }
    }

    private boolean isWithinBudget(long size) {
        if (size > digestBudget) {
            warn(
                    "a file of "
                            + size
                            + " bytes is out of proportion to the image: its content has no digest");
            return false;
        }
        digestBudget -= size;
        return true;
    }

    private void digest(VolumeContents volume, VolumeContents.Batch batch) throws IOException {
        List<FileRecord> files = batch.block().files();
        for (int row = batch.rows().nextSetBit(0);
                row >= 0;
                row = batch.rows().nextSetBit(row + 1)) {
            ChunkId sha256 = digest(volume, files.get(row));
            if (sha256 != null) {
                volume.name(batch.block().first() + row, sha256);
            }
        }
    }

    /** A content that cannot be read in full, such as one in a cluster that was cut off, gets no digest. */
    private @Nullable ChunkId digest(VolumeContents volume, FileRecord file) throws IOException {
        if (file.content() instanceof Content.Encoded && decoding.isExhausted()) {
            undecoded.incrementAndGet();
            return null;
        }
        try (ByteSource bytes = volume.open(file, decoding)) {
            return sha256(bytes, file.size());
        } catch (WorkBudget.ExhaustedException e) {
            if (decoding.isExhausted()) {
                undecoded.incrementAndGet();
            } else {
                warn("a file cannot be found again: " + e.getMessage());
            }
        } catch (FormatException | EOFException e) {
            warn("a file cannot be read in full: " + e.getMessage());
        }
        return null;
    }

    private static ChunkId sha256(ByteSource bytes, long size) throws IOException {
        MessageDigest sha256 = newSha256();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(READ_BYTES, Math.max(1, size)));
        for (long at = 0; at < size; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
            bytes.readFully(at, buffer);
            sha256.update(buffer.flip());
        }
        return ChunkId.ofDigest(sha256.digest());
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Workers warn too. */
    private void warn(String message) {
        synchronized (warnings) {
            warnings.add(message);
        }
    }
}
