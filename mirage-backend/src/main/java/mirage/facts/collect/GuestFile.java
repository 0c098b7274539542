package mirage.facts.collect;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A regular file or a symbolic link of a guest, to be read within the budget of its image. For one thread. */
public final class GuestFile {
    private final GuestPath path;
    private final FileRecord file;
    private final ByteSource bytes;
    private final ReadBudget budget;

    /**
     * @param bytes of a regular file, decoded; empty of a link
     */
    public GuestFile(GuestPath path, FileRecord file, ByteSource bytes, ReadBudget budget) {
        this.path = path;
        this.file = file;
        this.bytes = new BudgetedSource(bytes, budget);
        this.budget = budget;
    }

    /** Charges the budget for bytes that are made of those that were read, as by decompressing them. */
    public void charge(long madeBytes) throws ReadBudget.ExhaustedException {
        budget.charge(madeBytes);
    }

    /** As the system sees it. */
    public GuestPath path() {
        return path;
    }

    /** In its volume: what a fact names as its source. */
    public RawName source() {
        return file.path();
    }

    public boolean isLink() {
        return file.type() == FileType.SYMLINK;
    }

    /** Of a link, decoded; empty of a file. */
    public String linkTarget() {
        return file.linkTarget().toString();
    }

    /** Of a regular file. */
    public ByteSource bytes() {
        return bytes;
    }

    /**
     * All of a small file.
     *
     * @throws FormatException when it is larger than {@code maxBytes}
     */
    public byte[] all(int maxBytes) throws IOException {
        requireAtMost(maxBytes);
        ByteBuffer all = ByteBuffer.allocate((int) bytes.length());
        bytes.readFully(0, all);
        return all.array();
    }

    /**
     * All of a small file, as text.
     *
     * @throws FormatException when it is larger than {@code maxBytes}
     */
    public String text(int maxBytes) throws IOException {
        return new String(all(maxBytes), StandardCharsets.UTF_8);
    }

    /**
     * The lines of a file.
     *
     * @throws FormatException when it is larger than {@code maxBytes}
     */
    public Lines lines(long maxBytes) throws FormatException {
        requireAtMost(maxBytes);
        return new Lines(bytes);
    }

    private void requireAtMost(long maxBytes) throws FormatException {
        if (bytes.length() > maxBytes) {
            throw new FormatException(
                    "at most " + maxBytes + " bytes expected, found " + bytes.length());
        }
    }
}
