package mirage.filesystem.exfat;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.cluster.ClusterGeometry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The boot sector, validated. "Main and Backup Boot Sector Sub-regions".
 *
 * @param geometry where clusters and the table in use lie
 * @param sizeBytes of the file system by its own count, which may be more than the volume holds
 * @param rootCluster where the root directory begins
 * @param serial number
 * @param activeTable 0 or 1: which table and which bitmap are in use
 */
record ExfatBootSector(
        ClusterGeometry geometry, long sizeBytes, long rootCluster, long serial, int activeTable) {
    private static final int LENGTH = 512;
    private static final int ZEROS_AT = 11;
    private static final int ZEROS = 53;
    private static final int MAX_CLUSTER_SHIFT = 25;
    private static final int MAX_CLUSTERS = 0x7fff_fff0;

    /** "Main and Backup Boot Checksum": it fills the last of the twelve sectors of a boot region. */
    private static final int SUMMED_SECTORS = 11;

    private static final int FLAGS_AT = 106;
    private static final int PERCENT_IN_USE_AT = 112;
    private static final int ACTIVE_TABLE = 1;
    private static final int DIRTY = 2;
    private static final int MEDIA_FAILURE = 4;

    /**
     * @return null when the volume is not exFAT
     * @throws FormatException when it cannot be read by what its boot sector says
     */
    static @Nullable ExfatBootSector read(ByteSource volume, Warnings warnings) throws IOException {
        if (volume.length() < LENGTH) {
            return null;
        }
        StructReader in =
                StructReader.read("exfat boot sector", volume, 0, LENGTH, ByteOrder.LITTLE_ENDIAN);
        if (!new String(in.bytes(3, 8), StandardCharsets.ISO_8859_1).equals("EXFAT   ")) {
            return null;
        }
        ExfatBootSector sector = geometry(in);
        note(in, sector, volume, warnings);
        return sector;
    }

    private static ExfatBootSector geometry(StructReader in) throws FormatException {
        for (byte octet : in.bytes(ZEROS_AT, ZEROS)) {
            in.require(octet == 0, "MustBeZero", ZEROS_AT, "zeros", octet);
        }
        int sectorShift = in.u8(108);
        in.require(
                sectorShift >= 9 && sectorShift <= 12,
                "BytesPerSectorShift",
                108,
                "from 9 to 12",
                sectorShift);
        int clusterShift = sectorShift + in.u8(109);
        in.require(
                clusterShift <= MAX_CLUSTER_SHIFT,
                "SectorsPerClusterShift",
                109,
                "clusters of up to 32 MiB",
                in.u8(109));
        int tables = in.u8(110);
        in.require(tables == 1 || tables == 2, "NumberOfFats", 110, "1 or 2", tables);
        int active = in.u16(FLAGS_AT) & ACTIVE_TABLE;
        in.require(active < tables, "VolumeFlags", FLAGS_AT, "a table of " + tables, active);
        int clusters = in.boundedU32(92, 1, MAX_CLUSTERS, "ClusterCount");
        long tableSectors = in.u32(84);
        in.require(
                tableSectors << sectorShift >= (clusters + 2L) * Integer.BYTES,
                "FatLength",
                84,
                "sectors for " + clusters + " clusters",
                tableSectors);
        long tableSector = in.u32(80);
        long heapSector = in.u32(88);
        in.require(
                heapSector >= tableSector + tables * tableSectors,
                "ClusterHeapOffset",
                88,
                "behind the tables",
                heapSector);
        long sectors =
                in.boundedS64(72, heapSector, Long.MAX_VALUE >>> sectorShift, "VolumeLength");
        return new ExfatBootSector(
                new ClusterGeometry(
                        1 << clusterShift,
                        heapSector << sectorShift,
                        clusters,
                        tableSector + active * tableSectors << sectorShift,
                        ClusterGeometry.NO_TABLE,
                        32,
                        32),
                sectors << sectorShift,
                in.u32(96),
                in.u32(100),
                active);
    }

    private static void note(
            StructReader in, ExfatBootSector sector, ByteSource volume, Warnings warnings)
            throws IOException {
        if (sector.sizeBytes > volume.length()) {
            warnings.add(
                    "exfat boot sector: VolumeLength says "
                            + sector.sizeBytes
                            + " bytes, the volume holds "
                            + volume.length());
        }
        if ((in.u16(FLAGS_AT) & DIRTY) != 0) {
            warnings.add("exfat boot sector: it says that the file system was not unmounted");
        }
        if ((in.u16(FLAGS_AT) & MEDIA_FAILURE) != 0) {
            warnings.add("exfat boot sector: it says that the medium has failed");
        }
        try {
            verify(volume, 1 << in.u8(108));
        } catch (FormatException e) {
            warnings.add(String.valueOf(e.getMessage()));
        }
    }

    private static void verify(ByteSource volume, int sectorBytes) throws IOException {
        int summed = SUMMED_SECTORS * sectorBytes;
        StructReader in =
                StructReader.read(
                        "exfat boot region",
                        volume,
                        0,
                        summed + sectorBytes,
                        ByteOrder.LITTLE_ENDIAN);
        ByteBuffer bytes = ByteBuffer.wrap(in.bytes(0, summed));
        // these change while the volume is used
        int sum = ExfatChecksums.sum32(0, bytes.slice(0, FLAGS_AT));
        int behindFlags = FLAGS_AT + Short.BYTES;
        sum = ExfatChecksums.sum32(sum, bytes.slice(behindFlags, PERCENT_IN_USE_AT - behindFlags));
        int rest = PERCENT_IN_USE_AT + 1;
        sum = ExfatChecksums.sum32(sum, bytes.slice(rest, summed - rest));
        for (int at = summed; at < summed + sectorBytes; at += Integer.BYTES) {
            if (in.s32(at) != sum) {
                throw ExfatChecksums.mismatch("exfat boot region", sum, in.s32(at));
            }
        }
    }
}
