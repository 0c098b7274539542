package mirage.catalog;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * What a list read of one file of the catalog. Files are never changed, only replaced by others, so it is right for as
 * long as the name leads to the same file: the same inode with the same time and size. An inode can be given again at
 * once, and times are as coarse as a tick of the kernel: a file that was young when it was read is read again.
 *
 * @param entry what it says, null when it is damaged
 * @param damage what is wrong with it, null when nothing is
 */
record KnownFile(
        KnownFile.Version version, @Nullable CatalogEntry entry, @Nullable DamagedEntry damage) {
    private static final long YOUNG_MILLIS = 2000;

    /**
     * Which file it was.
     *
     * @param inode null where the file system does not tell
     * @param settled whether the file was old enough for its time to tell it from another
     */
    record Version(@Nullable Object inode, long modifiedMillis, long size, boolean settled) {
        static Version of(Path file) throws IOException {
            long now = System.currentTimeMillis();
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            long modified = attributes.lastModifiedTime().toMillis();
            return new Version(
                    attributes.fileKey(),
                    modified,
                    attributes.size(),
                    modified < now - YOUNG_MILLIS);
        }

        boolean isSameFile(Version now) {
            return settled
                    && inode != null
                    && Objects.equals(inode, now.inode)
                    && modifiedMillis == now.modifiedMillis
                    && size == now.size;
        }
    }

    /** Whether the name still leads to the file that was read. */
    boolean isStill(Path file) throws IOException {
        return version.isSameFile(Version.of(file));
    }
}
