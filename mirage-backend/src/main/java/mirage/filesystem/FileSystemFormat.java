package mirage.filesystem;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** One family of file systems. Implementations are listed in {@link FileSystems} and hold no state. */
public interface FileSystemFormat {
    /** The family's name in the field, e.g. {@code ext4}. */
    String name();

    /**
     * Opens the file system that fills a volume.
     *
     * @param volume hostile bytes; stays open for as long as the file system is used
     * @param warnings takes what is odd but does not hinder
     * @param opening takes the work of it; ended by {@link WorkBudget.ExhaustedException}
     * @return null when the volume does not claim to hold this file system (its magic is absent)
     * @throws FormatException when it claims to and cannot be read: the volume is opaque
     */
    @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException;
}
