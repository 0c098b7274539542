package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where logical addresses lie on this device. "Chunk item". A chunk is a range of them with one or more stripes; where
 * each stripe holds all of the chunk (single, DUP, RAID1 and its like), those on this device are its copies. Chunks of
 * other profiles, and those of which this device holds no stripe, are known and have no place.
 */
final class BtrfsChunks {
    /** Of 1 GiB each: 256 TiB; 30 MiB of map. */
    private static final int MAX_CHUNKS = 1 << 18;

    private static final int HEADER_BYTES = 48;
    private static final int STRIPE_BYTES = 32;
    private static final int MAX_STRIPES = 512;

    private static final long RAID0 = 0x8;
    private static final long RAID1 = 0x10;
    private static final long DUP = 0x20;
    private static final long RAID10 = 0x40;
    private static final long RAID5 = 0x80;
    private static final long RAID6 = 0x100;
    private static final long RAID1C3 = 0x200;
    private static final long RAID1C4 = 0x400;
    private static final long MIRRORS = RAID1 | DUP | RAID1C3 | RAID1C4;
    private static final long[] NO_COPIES = new long[0];

    private final ByteSource source;
    private final long device;
    private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

    /**
     * @param length in bytes
     * @param copies where its first byte lies in the volume, in each of its copies
     * @param problem why it has no copies here, null when it has
     */
    private record Chunk(long length, long[] copies, @Nullable String problem) {}

    /**
     * @param device the id of the device that the volume is
     */
    BtrfsChunks(ByteSource source, long device) {
        this.source = source;
        this.device = device;
    }

    /** How many bytes a chunk of some stripes takes. */
    static int bytes(int stripes) {
        return HEADER_BYTES + stripes * STRIPE_BYTES;
    }

    /** How many stripes a chunk has. */
    static int stripes(StructReader chunk) throws FormatException {
        int stripes = chunk.u16(44);
        chunk.require(
                stripes > 0 && stripes <= MAX_STRIPES,
                "num_stripes",
                44,
                "from 1 to " + MAX_STRIPES,
                stripes);
        return stripes;
    }

    /**
     * Adds a chunk.
     *
     * @param address its first logical address
     * @return why it has no place here, null when it has one
     * @throws FormatException when it makes no sense
     */
    @Nullable String add(long address, StructReader in) throws FormatException {
        long length = in.boundedS64(0, 1, Long.MAX_VALUE, "length");
        in.require(
                address >= 0 && address <= Long.MAX_VALUE - length,
                "address",
                0,
                "up to 2^63",
                Long.toUnsignedString(address));
        Map.Entry<Long, Chunk> before = chunks.floorEntry(address + length - 1);
        if (before != null
                && before.getKey() != address
                && before.getKey() + before.getValue().length > address) {
            throw new FormatException(
                    "chunk " + address + ": it overlaps the one of " + before.getKey());
        }
        if (chunks.size() >= MAX_CHUNKS) {
            throw new FormatException("chunk " + address + ": there are more than " + MAX_CHUNKS);
        }
        Chunk chunk = chunk(in, length);
        chunks.put(address, chunk);
        return chunk.problem;
    }

    private Chunk chunk(StructReader in, long length) throws FormatException {
        int stripes = stripes(in);
        long profile = in.s64(24);
        boolean isWhole = stripes == 1 || (profile & MIRRORS) != 0 || isOnePair(in, profile);
        if (!isWhole) {
            String problem = "of profile " + name(profile) + " spread over " + stripes + " stripes";
            return new Chunk(length, NO_COPIES, problem);
        }
        long[] copies = new long[stripes];
        int count = 0;
        for (int i = 0; i < stripes; i++) {
            int at = HEADER_BYTES + i * STRIPE_BYTES;
            long place = in.s64(at + 8);
            if (in.s64(at) == device && place >= 0 && place <= Long.MAX_VALUE - length) {
                copies[count++] = place;
            }
        }
        return count > 0
                ? new Chunk(length, Arrays.copyOf(copies, count), null)
                : new Chunk(
                        length,
                        NO_COPIES,
                        "on device "
                                + Long.toUnsignedString(in.s64(HEADER_BYTES))
                                + ", which is not here");
    }

    private static boolean isOnePair(StructReader in, long profile) throws FormatException {
        return (profile & RAID10) != 0 && in.u16(44) == 2 && in.u16(46) == 2;
    }

    private static String name(long profile) {
        if ((profile & RAID0) != 0) {
            return "RAID0";
        } else if ((profile & RAID10) != 0) {
            return "RAID10";
        } else if ((profile & RAID5) != 0) {
            return "RAID5";
        } else if ((profile & RAID6) != 0) {
            return "RAID6";
        }
        return "0x" + Long.toHexString(profile);
    }

    /**
     * Where the first copy of a range lies in the volume.
     *
     * @throws FormatException when it lies nowhere: in no chunk, across the end of one, in one without a place here, or
     *     outside the volume
     */
    long place(long address, long length) throws FormatException {
        Map.Entry<Long, Chunk> entry = find(address, length);
        long place = entry.getValue().copies[0] + address - entry.getKey();
        if (place > source.length() - length) {
            throw outside(address, length);
        }
        return place;
    }

    /**
     * Where a range lies in the volume, in each of its copies.
     *
     * @throws FormatException when it lies nowhere
     */
    long[] copies(long address, long length) throws FormatException {
        Map.Entry<Long, Chunk> entry = find(address, length);
        long[] places =
                Arrays.stream(entry.getValue().copies)
                        .map(copy -> copy + address - entry.getKey())
                        .filter(place -> place <= source.length() - length)
                        .toArray();
        if (places.length == 0) {
            throw outside(address, length);
        }
        return places;
    }

    private static FormatException outside(long address, long length) {
        return new FormatException(length + " bytes at " + address + " are outside the volume");
    }

    private Map.Entry<Long, Chunk> find(long address, long length) throws FormatException {
        Map.Entry<Long, Chunk> entry = chunks.floorEntry(address);
        if (entry == null || length > entry.getValue().length - (address - entry.getKey())) {
            throw new FormatException(
                    length + " bytes at " + Long.toUnsignedString(address) + " are in no chunk");
        }
        if (entry.getValue().problem != null) {
            throw new FormatException(
                    length
                            + " bytes at "
                            + address
                            + " are in a chunk "
                            + entry.getValue().problem);
        }
        return entry;
    }
}
