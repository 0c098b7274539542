package mirage.filesystem;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import java.io.IOException;

/** A file system found in a volume, read only. Never changes a byte, never follows a link out of itself. */
public interface FileSystem {
    /** As the kernel names it for a mount: {@code ext2}, {@code ext3}, {@code ext4}. */
    String type();

    /** Empty when it has none. */
    String label();

    /** In the form the field writes it; empty when it has none. */
    String uuid();

    /** Size of the file system in bytes, at most the volume's. */
    long sizeBytes();

    int blockSizeBytes();

    /**
     * Shows every file once for each path, parents before what they hold, the root first with an empty path; names in
     * a directory in the order of their bytes. A stream that a file has beside its content is a file of its own by the
     * name {@code file:stream}. What cannot be read is left out (or shown without content) with a
     * warning; work and memory stay within a budget that follows the size of the volume.
     *
     * @param work of all volumes of an image, of which the walk takes its share, too: it ends where there is none left
     * @throws FormatException when nothing sensible can be shown; what was shown before stays true
     */
    void walk(FileVisitor visitor, WorkBudget work) throws IOException;

    /** The same of a volume alone. */
    default void walk(FileVisitor visitor) throws IOException {
        walk(visitor, WorkBudget.unlimited());
    }

    /**
     * The bytes of a regular file that keeps them encoded, decoded where they are read. Safe for use by many threads,
     * as what it gives is.
     *
     * <p>A small file may be part of a large block, and a part of a file too, so that what a content costs has little
     * to do with its length: who reads the files of an image that he does not trust gives one budget for all of them.
     *
     * @param file with {@link FileRecord.Content.Encoded}, as {@link #walk} showed it of the same bytes, in this
     *     process or another
     * @param work takes what finding the file and decoding it costs; what is beyond it ends in a
     *     {@link WorkBudget.ExhaustedException}, here or where the content is read
     * @return of the file's size; reading it fails with a {@link FormatException} where the encoded bytes are damaged.
     *     Closing it does nothing
     * @throws FormatException when there is no such file
     */
    default ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        throw new FormatException(type() + " encodes no files, and " + file.path() + " is encoded");
    }

    /** The same, however much work it is. */
    default ByteSource content(FileRecord file) throws IOException {
        return content(file, WorkBudget.unlimited());
    }

    /** Takes the files of {@link #walk}. */
    @FunctionalInterface
    interface FileVisitor {
        void visit(FileRecord file) throws IOException;
    }
}
