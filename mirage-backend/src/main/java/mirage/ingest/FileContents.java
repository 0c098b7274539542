package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FileTableBuilder;

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
    private final List<FileContent> contents = new ArrayList<>();
    private final WorkBudget decoding;

    /** Files that were not decoded, or not to their end, since decoding became too much work. */
    private final AtomicLong undecoded = new AtomicLong();

    /** Bytes of files that may still be digested; what a file claims is no measure, see {@link #budget}. */
    private long digestBudget;

    /**
     * A content in blocks of a volume; hard links share it.
     *
     * @param stored how many bytes there are
     * @param size of what they stand for
     * @param bytes opens that; null of an encrypted file, which gets no name
     */
    private record FileContent(
            FileTableBuilder rows,
            List<Integer> ordinals,
            long stored,
            long size,
            @Nullable Opener bytes) {
        void name(ChunkId sha256) {
            ordinals.forEach(ordinal -> rows.setContent(ordinal, sha256));
        }

        boolean isNamed() {
            return rows.content(ordinals.getFirst()) != null;
        }
    }

    /** Opens a content. */
    sealed interface Opener {
        ByteSource open() throws IOException;

        /** Of bytes that are stored as they are, so that a chunk of all of them names the content. */
        @FunctionalInterface
        non-sealed interface Plain extends Opener {}

        /** Of bytes that are decoded, which counts as work. */
        @FunctionalInterface
        non-sealed interface Encoded extends Opener {}
    }

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

    /** Takes what it costs to decode contents. */
    WorkBudget decoding() {
        return decoding;
    }

    int count() {
        return contents.size();
    }

    /** Of the bytes that lie on the disk. */
    long storedLength(int number) {
        return contents.get(number).stored();
    }

    /** Adds the next content, of the file of a row. */
    void add(FileTableBuilder rows, int ordinal, long stored, long size, @Nullable Opener bytes) {
        List<Integer> ordinals = new ArrayList<>(1);
        ordinals.add(ordinal);
        contents.add(new FileContent(rows, ordinals, stored, size, bytes));
    }

    /** Says that another row is of the same file. */
    void addRow(int number, int ordinal) {
        contents.get(number).ordinals().add(ordinal);
    }

    /** Says the digest of the stored bytes of a content, which were one chunk. */
    void name(int number, ChunkId sha256) {
        FileContent content = contents.get(number);
        if (content.bytes() instanceof Opener.Plain) {
            content.name(sha256);
        }
    }

    /** Begins to digest the contents that have no name yet. */
    List<Future<?>> digestTheRest(ExecutorService workers) {
        List<Future<?>> work = new ArrayList<>();
        for (FileContent content : contents) {
            Opener bytes = content.bytes();
            if (bytes != null && !content.isNamed() && withinBudget(content)) {
                work.add(
                        workers.submit(() -> {
                            digest(content, bytes);
                            return null;
                        }));
            }
        }
        return work;
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

    private boolean withinBudget(FileContent content) {
        if (content.size() > digestBudget) {
            warn(
                    "a file of "
                            + content.size()
                            + " bytes is out of proportion to the image: its content has no digest");
            return false;
        }
        digestBudget -= content.size();
        return true;
    }

    /** A content that cannot be read in full, such as one in a cluster that was cut off, gets no digest. */
    private void digest(FileContent content, Opener opener) throws IOException {
        if (opener instanceof Opener.Encoded && decoding.isExhausted()) {
            undecoded.incrementAndGet();
            return;
        }
        try (ByteSource bytes = opener.open()) {
            content.name(sha256(bytes, content.size()));
        } catch (WorkBudget.ExhaustedException e) {
            if (decoding.isExhausted()) {
                undecoded.incrementAndGet();
            } else {
                warn("a file cannot be found again: " + e.getMessage());
            }
        } catch (FormatException | EOFException e) {
            warn("a file cannot be read in full: " + e.getMessage());
        }
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
