package mirage.filesystem.ntfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the boot sector says. "$Boot" of the NTFS documentation. A copy lies in the last sector of the volume, behind
 * the sectors that the file system counts.
 *
 * @param sectorSize in bytes, a power of two
 * @param clusterSize in bytes, a power of two
 * @param recordSize of records of the MFT in bytes, a power of two
 * @param sectors that the file system counts
 * @param tableCluster where the MFT begins
 * @param mirrorCluster where the copy of its first records begins
 * @param serial of the volume
 */
record NtfsBootSector(
        int sectorSize,
        int clusterSize,
        int recordSize,
        long sectors,
        long tableCluster,
        long mirrorCluster,
        long serial) {
    private static final int BYTES = 512;
    private static final int NAME_AT = 3;
    private static final byte[] NAME = "NTFS    ".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_SECTOR_BYTES = 4096;
    private static final int MAX_CLUSTER_BYTES = 2 << 20;
    private static final int MIN_RECORD_BYTES = 512;
    private static final int MAX_RECORD_BYTES = 16384;

    /**
     * Reads the boot sector, or its copy when it makes no sense.
     *
     * @return null when the volume does not begin as NTFS does
     * @throws FormatException when neither can be used: what is wrong with the first
     */
    static @Nullable NtfsBootSector find(ByteSource volume, Warnings warnings) throws IOException {
        if (!isNamed(volume, 0)) {
            return null;
        }
        try {
            return read(volume, 0);
        } catch (FormatException e) {
            for (int size : new int[] {BYTES, MAX_SECTOR_BYTES}) {
                NtfsBootSector copy = copy(volume, volume.length() - size);
                if (copy != null) {
                    warnings.add(e.getMessage() + "; its copy at the end of the volume is used");
                    return copy;
                }
            }
            throw e;
        }
    }

    private static @Nullable NtfsBootSector copy(ByteSource volume, long position)
            throws IOException {
        if (position <= 0 || !isNamed(volume, position)) {
            return null;
        }
        try {
            return read(volume, position);
        } catch (FormatException e) {
            // no better than the first, of which the caller tells
            return null;
        }
    }

    private static boolean isNamed(ByteSource volume, long position) throws IOException {
        if (position > volume.length() - BYTES) {
            return false;
        }
        StructReader in =
                StructReader.read("ntfs", volume, position, BYTES, ByteOrder.LITTLE_ENDIAN);
        return Arrays.equals(in.bytes(NAME_AT, NAME.length), NAME);
    }

    private static NtfsBootSector read(ByteSource volume, long position) throws IOException {
        StructReader in =
                StructReader.read(
                        "ntfs boot sector", volume, position, BYTES, ByteOrder.LITTLE_ENDIAN);
        int sectorSize = in.u16(11);
        in.require(
                Integer.bitCount(sectorSize) == 1
                        && sectorSize >= BYTES
                        && sectorSize <= MAX_SECTOR_BYTES,
                "bytes per sector",
                11,
                "a power of two up to " + MAX_SECTOR_BYTES,
                sectorSize);
        int clusterSize = clusterSize(in, sectorSize);
        int recordSize = recordSize(in, clusterSize);
        long sectors = in.boundedS64(40, 1, Long.MAX_VALUE / sectorSize, "sectors");
        long clusters = sectors / (clusterSize / sectorSize);
        return new NtfsBootSector(
                sectorSize,
                clusterSize,
                recordSize,
                sectors,
                in.boundedS64(48, 1, clusters, "cluster of $MFT"),
                in.s64(56),
                in.s64(72));
    }

    /** Sectors per cluster; above 128 the power of two is told, negated. */
    private static int clusterSize(StructReader in, int sectorSize) throws FormatException {
        int told = in.u8(13);
        long size = told <= 128 ? (long) told * sectorSize : (long) sectorSize << 256 - told;
        in.require(
                Long.bitCount(size) == 1 && size <= MAX_CLUSTER_BYTES,
                "sectors per cluster",
                13,
                "a power of two, and clusters of up to " + MAX_CLUSTER_BYTES,
                told);
        return (int) size;
    }

    /** Clusters per record; below 0 the power of two of its bytes is told, negated. */
    private static int recordSize(StructReader in, int clusterSize) throws FormatException {
        int told = (byte) in.u8(64);
        long size = told >= 0 ? (long) told * clusterSize : told < -31 ? 0 : 1L << -told;
        in.require(
                Long.bitCount(size) == 1 && size >= MIN_RECORD_BYTES && size <= MAX_RECORD_BYTES,
                "size of MFT records",
                64,
                "a power of two from " + MIN_RECORD_BYTES + " to " + MAX_RECORD_BYTES,
                told);
        return (int) size;
    }

    /** Of all sectors that the file system counts. */
    long sizeBytes() {
        return sectors * sectorSize;
    }

    /** Clusters of which a volume holds every byte. */
    long clustersHeld(ByteSource volume) {
        return Math.min(sizeBytes(), volume.length()) / clusterSize;
    }
}
