package mirage.library;

import mirage.pack.PackSettings;

/**
 * How a library works.
 *
 * @param acknowledge when {@link ImageLibrary#store} returns
 * @param packs how chunks are packed
 * @param structurers how many uploads are taken apart at a time, 1 or greater; each needs about 64 MiB of
 *     memory, and some hundred bytes more for each file and extent in the image
 * @param node how this process takes part, where several work on the library
 * @param encodedCacheBytes how much disk of the node compressed images may take that are kept ready, so that they need not be
 *     encoded for each download; 0 for none. Visitors keep none
 * @param mostDecodedBytes how many bytes an image that is compressed as a whole may have when it is decoded to be looked into;
 *     0 when none is to be. The file that it is decoded into is beside the spools, without its zeros
 */
public record LibrarySettings(
        Acknowledge acknowledge,
        PackSettings packs,
        int structurers,
        NodeSettings node,
        long encodedCacheBytes,
        long mostDecodedBytes) {
    private static final long ENCODED_CACHE_BYTES = 4L << 30;
    private static final long MOST_DECODED_BYTES = 1L << 40;

    public LibrarySettings {
        if (encodedCacheBytes < 0) {
            throw new IllegalArgumentException(
                    "encodedCacheBytes: at least 0 expected, found " + encodedCacheBytes);
        }
        if (mostDecodedBytes < 0) {
            throw new IllegalArgumentException(
                    "mostDecodedBytes: at least 0 expected, found " + mostDecodedBytes);
        }
        if (structurers < 1) {
            throw new IllegalArgumentException(
                    "structurers: at least 1 expected, found " + structurers);
        }
    }

    public static LibrarySettings defaults() {
        return new LibrarySettings(
                Acknowledge.COMMITTED,
                PackSettings.DEFAULT,
                2,
                NodeSettings.single(),
                ENCODED_CACHE_BYTES,
                MOST_DECODED_BYTES);
    }

    public LibrarySettings withAcknowledge(Acknowledge when) {
        return new LibrarySettings(
                when, packs, structurers, node, encodedCacheBytes, mostDecodedBytes);
    }

    public LibrarySettings withStructurers(int newCount) {
        return new LibrarySettings(
                acknowledge, packs, newCount, node, encodedCacheBytes, mostDecodedBytes);
    }

    public LibrarySettings withNode(NodeSettings newNode) {
        return new LibrarySettings(
                acknowledge, packs, structurers, newNode, encodedCacheBytes, mostDecodedBytes);
    }

    public LibrarySettings withEncodedCacheBytes(long newBytes) {
        return new LibrarySettings(
                acknowledge, packs, structurers, node, newBytes, mostDecodedBytes);
    }

    public LibrarySettings withMostDecodedBytes(long newBytes) {
        return new LibrarySettings(
                acknowledge, packs, structurers, node, encodedCacheBytes, newBytes);
    }

    /** When an upload is acknowledged. Both ways the image is durable then, and comes back bit-exact. */
    public enum Acknowledge {
        /** When its bytes are durable as one file; it is taken apart afterwards. */
        SPOOLED,
        /** When it is stored as chunks and a manifest, read back and compared. */
        COMMITTED
    }
}
