package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Chooses among the superblock and its copies. "Superblock", "Mirrors". The kernel mounts by the first one, so that does
 * this; where the first one is damaged, the newest whole copy of the same file system stands in.
 */
final class BtrfsSuperblocks {
    private static final long[] PLACES = {1L << 16, 1L << 26, 1L << 38};

    /** In zones the superblock is a log, which begins with the volume. */
    private static final long ZONED_PLACE = 0;

    private BtrfsSuperblocks() {}

    /**
     * @return null when the volume does not claim to hold this file system
     * @throws FormatException when it claims to and no superblock makes sense, or it is one of zones
     */
    static @Nullable BtrfsSuperblock read(ByteSource volume, Warnings warnings) throws IOException {
        ByteBuffer first = bytes(volume, PLACES[0]);
        if (first == null) {
            if (bytes(volume, ZONED_PLACE) != null) {
                throw new FormatException(
                        "btrfs superblock at 0: a file system of zones, whose log of superblocks is not read");
            }
            return null;
        }
        try {
            BtrfsSuperblock superblock = BtrfsSuperblock.parse(first, PLACES[0]);
            String problem = superblock.checksum().problem(first);
            BtrfsSuperblock copy = problem == null ? null : newestCopy(volume, first);
            if (problem != null) {
                warnings.add("btrfs superblock: " + problem + told(copy));
            }
            return copy == null ? superblock : copy;
        } catch (FormatException e) {
            BtrfsSuperblock copy = newestCopy(volume, first);
            if (copy == null) {
                throw e;
            }
            warnings.add(e.getMessage() + told(copy));
            return copy;
        }
    }

    private static String told(@Nullable BtrfsSuperblock copy) {
        return copy == null ? "" : "; its copy of generation " + copy.generation() + " is used";
    }

    /** The bytes of what claims to be a superblock; null when nothing does. */
    private static @Nullable ByteBuffer bytes(ByteSource volume, long place) throws IOException {
        if (place > volume.length() - BtrfsSuperblock.BYTES) {
            return null;
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(BtrfsSuperblock.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        volume.readFully(place, bytes);
        return bytes.flip().getLong(BtrfsSuperblock.MAGIC_AT) == BtrfsSuperblock.MAGIC
                ? bytes
                : null;
    }

    private static @Nullable BtrfsSuperblock newestCopy(ByteSource volume, ByteBuffer first)
            throws IOException {
        BtrfsSuperblock newest = null;
        for (int i = 1; i < PLACES.length; i++) {
            ByteBuffer bytes = bytes(volume, PLACES[i]);
            BtrfsSuperblock copy = bytes == null ? null : whole(bytes, PLACES[i]);
            if (copy != null
                    && copy.hasUuidOf(first)
                    && (newest == null || copy.generation() > newest.generation())) {
                newest = copy;
            }
        }
        return newest;
    }

    private static @Nullable BtrfsSuperblock whole(ByteBuffer bytes, long place) {
        try {
            BtrfsSuperblock copy = BtrfsSuperblock.parse(bytes, place);
            return copy.checksum().problem(bytes) == null ? copy : null;
        } catch (FormatException e) {
            return null;
        }
    }
}
