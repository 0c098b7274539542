package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.filesystem.RecentlyUsed;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Reads nodes by their logical address, from whichever copy is right. A node whose checksum, file system or generation
 * is wrong in all copies is warned of and used as it is; one that is not that node at all is refused.
 */
final class BtrfsNodes {
    private static final int CACHE_BYTES = 32 << 20;

    /** What it costs to come to a node that is cached, in the budget's bytes. */
    private static final int VISIT_COST = 64;

    private static final int ADDRESS = 0x30;
    private static final int GENERATION = 0x50;

    private final BtrfsVolume volume;
    private final Map<Long, BtrfsNode> cache;

    BtrfsNodes(BtrfsVolume volume) {
        this.volume = volume;
        this.cache = new RecentlyUsed<>(CACHE_BYTES / volume.superblock().nodeSize());
    }

    BtrfsVolume volume() {
        return volume;
    }

    /**
     * @param level that the node must have
     * @param generation that its parent says it is of
     */
    BtrfsNode read(long address, int level, long generation) throws IOException {
        volume.charge(VISIT_COST);
        BtrfsNode node = cache.get(address);
        if (node == null) {
            node = readCopies(address, generation);
            cache.put(address, node);
        }
        if (node.level() != level) {
            throw new FormatException(
                    name(address) + ": level " + level + " expected, found " + node.level());
        }
        return node;
    }

    private BtrfsNode readCopies(long address, long generation) throws IOException {
        int size = volume.superblock().nodeSize();
        long[] copies = volume.chunks().copies(address, size);
        BtrfsNode odd = null;
        String oddity = null;
        FormatException refused = null;
        for (long place : copies) {
            ByteBuffer bytes = volume.read(place, size);
            try {
                requireAddress(address, bytes);
                BtrfsNode node = BtrfsNode.parse(address, bytes);
                String problem = problem(bytes, generation);
                if (problem == null) {
                    return node;
                }
                odd = node;
                oddity = problem;
            } catch (FormatException e) {
                refused = e;
            }
        }
        if (odd != null) {
            volume.warn(name(address) + ": " + oddity);
            return odd;
        }
        throw refused == null ? new FormatException(name(address) + " is nowhere") : refused;
    }

    private static void requireAddress(long address, ByteBuffer bytes) throws FormatException {
        if (bytes.getLong(ADDRESS) != address) {
            throw new FormatException(
                    name(address)
                            + ": it says to be "
                            + Long.toUnsignedString(bytes.getLong(ADDRESS)));
        }
    }

    private @Nullable String problem(ByteBuffer bytes, long generation) {
        String problem = volume.superblock().checksum().problem(bytes);
        if (problem != null) {
            return problem;
        }
        if (!volume.superblock().isSigned(bytes)) {
            return "it has the UUID of another file system";
        }
        long found = bytes.getLong(GENERATION);
        return found == generation
                ? null
                : "generation "
                        + Long.toUnsignedString(generation)
                        + " expected, found "
                        + Long.toUnsignedString(found);
    }

    private static String name(long address) {
        return "node " + Long.toUnsignedString(address);
    }
}
