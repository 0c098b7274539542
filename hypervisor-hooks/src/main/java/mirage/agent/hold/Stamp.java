package mirage.agent.hold;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells cheaply whether a file is still the one it was. Nova sets the time of a base when it uses it, so another time
 * alone does not make it another file.
 *
 * @param inode of the file
 * @param size in bytes
 * @param modifiedNanos since the epoch
 */
public record Stamp(long inode, long size, long modifiedNanos) {
    /** The stamp of a regular file, null when there is none of that name. */
    public static @Nullable Stamp of(Path file) throws IOException {
        try {
            Map<String, Object> seen =
                    Files.readAttributes(
                            file,
                            "unix:ino,size,lastModifiedTime,isRegularFile",
                            LinkOption.NOFOLLOW_LINKS);
            if (!(seen.get("ino") instanceof Long inode)
                    || !(seen.get("size") instanceof Long size)
                    || !(seen.get("lastModifiedTime") instanceof FileTime time)
                    || !Boolean.TRUE.equals(seen.get("isRegularFile"))) {
                return null;
            }
            return new Stamp(inode, size, time.to(TimeUnit.NANOSECONDS));
        } catch (NoSuchFileException | NotDirectoryException missing) {
            return null;
        }
    }

    /** Whether it is the same file, as far as can be told without reading it. */
    public boolean isSameFile(@Nullable Stamp other) {
        return other != null && inode == other.inode && size == other.size;
    }

    /** Whether it is the same file, but for its length. */
    public boolean isResized(@Nullable Stamp other) {
        return other != null && inode == other.inode && size != other.size;
    }
}
