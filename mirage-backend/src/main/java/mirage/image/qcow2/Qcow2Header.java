package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The header of a qcow2 image (sections "Header" and "Additional fields"), validated: what it says of tables and names
 * lies within the container, and every feature that changes the meaning of the rest is one that we read.
 *
 * @param version 2 or 3
 * @param clusterBits a cluster has {@code 1 << clusterBits} bytes
 * @param diskBytes of the guest's disk, in whole sectors of 512 bytes
 * @param l1Offset where the active L1 table begins
 * @param l1Entries how many of its entries describe the disk; more may follow, for the state of a virtual machine
 * @param extendedL2 whether L2 entries carry a bitmap of subclusters
 * @param compression of compressed clusters
 * @param backingFile as the image names it, null when there is none
 * @param dataFile as the image names it (empty when it does not), null when there is none
 */
record Qcow2Header(
        int version,
        int clusterBits,
        long diskBytes,
        long l1Offset,
        int l1Entries,
        boolean extendedL2,
        Compression compression,
        @Nullable String backingFile,
        @Nullable String dataFile) {

    private static final long MAGIC = 0x514649fb;
    private static final int V2_BYTES = 72;
    private static final int V3_BYTES = 104;
    private static final int SECTOR_BYTES = 512;

    /** QEMU's limits: clusters of at most 2 MiB, an L1 table of at most 32 MiB, a refcount table of at most 8 MiB. */
    private static final int MIN_CLUSTER_BITS = 9;

    private static final int MAX_CLUSTER_BITS = 21;
    private static final int MAX_L1_ENTRIES = (32 << 20) / Long.BYTES;
    private static final long MAX_REFCOUNT_TABLE_BYTES = 8 << 20;
    private static final int MAX_BACKING_NAME_BYTES = 1023;

    /** "Extended L2 Entries": 32 subclusters of at least a sector each. */
    private static final int MIN_EXTENDED_CLUSTER_BITS = 14;

    private static final long DIRTY = 1;
    private static final long CORRUPT = 1 << 1;
    private static final long EXTERNAL_DATA = 1 << 2;
    private static final long COMPRESSION_TYPE = 1 << 3;
    private static final long EXTENDED_L2 = 1 << 4;
    private static final long KNOWN_INCOMPATIBLE =
            DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

    /** Whether the container has the magic. */
    static boolean claims(ByteSource container) throws IOException {
        return container.length() >= 4
                && StructReader.read("qcow2 magic", container, 0, 4, ByteOrder.BIG_ENDIAN).u32(0)
                        == MAGIC;
    }

    /**
     * Reads the header of a container that has the magic.
     *
     * @throws FormatException when a field is out of bounds, or the image needs what we do not read: an unknown
     *     incompatible feature, or the key of an encrypted disk
     */
    static Qcow2Header read(ByteSource container, Warnings warnings) throws IOException {
        int version =
                StructReader.read("qcow2 header", container, 0, 8, ByteOrder.BIG_ENDIAN)
                        .boundedU32(4, 2, 3, "version");
        StructReader in =
                StructReader.read(
                        "qcow2 header",
                        container,
                        0,
                        version == 2 ? V2_BYTES : V3_BYTES,
                        ByteOrder.BIG_ENDIAN);
        int clusterBits = in.boundedU32(20, MIN_CLUSTER_BITS, MAX_CLUSTER_BITS, "cluster_bits");
        int headerBytes = version == 2 ? V2_BYTES : headerBytes(in, 1 << clusterBits);
        long incompatible = version == 2 ? 0 : in.s64(72);
        HeaderExtensions extensions = extensions(container, in, headerBytes, clusterBits);
        requireKnown(in, incompatible, extensions);
        requireNotEncrypted(in);
        requireExtendedClusters(in, incompatible, clusterBits);

        long diskBytes = diskBytes(in, warnings);
        boolean extendedL2 = (incompatible & EXTENDED_L2) != 0;
        int l1Entries = l1Entries(in, diskBytes, clusterBits, extendedL2);
        long l1Offset = l1Offset(in, container, l1Entries, 1 << clusterBits);
        noteOddities(in, version, incompatible, container.length(), 1 << clusterBits, warnings);
        return new Qcow2Header(
                version,
                clusterBits,
                diskBytes,
                l1Offset,
                l1Entries,
                extendedL2,
                compression(container, in, headerBytes, incompatible),
                backingFile(container, in, 1 << clusterBits),
                (incompatible & EXTERNAL_DATA) != 0 ? extensions.dataFile() : null);
    }

    int clusterBytes() {
        return 1 << clusterBits;
    }

    private static int headerBytes(StructReader in, int clusterBytes) throws FormatException {
        int bytes = in.boundedU32(100, V3_BYTES, Math.max(V3_BYTES, clusterBytes), "header_length");
        in.require(bytes % 8 == 0, "header_length", 100, "a multiple of 8", bytes);
        return bytes;
    }

    /** They follow the header and end before the backing file's name, or with the first cluster. */
    private static HeaderExtensions extensions(
            ByteSource container, StructReader in, int headerBytes, int clusterBits)
            throws IOException {
        long end = Math.min(1 << clusterBits, container.length());
        long backingOffset = in.s64(8);
        if (backingOffset > 0) {
            end = Math.min(end, backingOffset);
        }
        return HeaderExtensions.read(container, headerBytes, (int) end);
    }

    private static void requireKnown(
            StructReader in, long incompatible, HeaderExtensions extensions)
            throws FormatException {
        long unknown = incompatible & ~KNOWN_INCOMPATIBLE;
        if (unknown != 0) {
            throw in.refuse(
                    "incompatible_features",
                    72,
                    "none but bits 0 to 4",
                    extensions.namesOfIncompatible(unknown));
        }
    }

    private static void requireNotEncrypted(StructReader in) throws FormatException {
        int method = in.boundedU32(32, 0, 2, "crypt_method");
        in.require(
                method == 0,
                "crypt_method",
                32,
                "a disk that is not encrypted",
                method == 1 ? "AES" : "LUKS");
    }

    private static void requireExtendedClusters(StructReader in, long incompatible, int clusterBits)
            throws FormatException {
        in.require(
                (incompatible & EXTENDED_L2) == 0 || clusterBits >= MIN_EXTENDED_CLUSTER_BITS,
                "cluster_bits",
                20,
                "at least " + MIN_EXTENDED_CLUSTER_BITS + " with extended L2 entries",
                clusterBits);
    }

    private static long diskBytes(StructReader in, Warnings warnings) throws FormatException {
        long size = in.boundedS64(24, 0, Long.MAX_VALUE, "size");
        long sectors = size / SECTOR_BYTES;
        if (size % SECTOR_BYTES != 0) {
            warnings.add(
                    "qcow2 header: size "
                            + size
                            + " is no multiple of 512; the guest sees whole sectors, "
                            + sectors
                            + " of them");
        }
        return sectors * SECTOR_BYTES;
    }

    /** What the disk needs of the table; that must be there. */
    private static int l1Entries(
            StructReader in, long diskBytes, int clusterBits, boolean extendedL2)
            throws FormatException {
        int stated = in.boundedU32(36, 0, MAX_L1_ENTRIES, "l1_size");
        int tableSpanBits = clusterBits + clusterBits - (extendedL2 ? 4 : 3);
        long needed = Math.ceilDiv(diskBytes, 1L << tableSpanBits);
        in.require(
                needed <= stated,
                "l1_size",
                36,
                "at least " + needed + " for a disk of " + diskBytes + " bytes",
                stated);
        return (int) needed;
    }

    private static long l1Offset(
            StructReader in, ByteSource container, int l1Entries, int clusterBytes)
            throws FormatException {
        if (l1Entries == 0) {
            return 0;
        }
        long tableBytes = (long) Long.BYTES * l1Entries;
        long offset = in.boundedS64(40, 0, container.length() - tableBytes, "l1_table_offset");
        in.require(
                offset % clusterBytes == 0,
                "l1_table_offset",
                40,
                "a multiple of " + clusterBytes,
                offset);
        return offset;
    }

    private static Compression compression(
            ByteSource container, StructReader in, int headerBytes, long incompatible)
            throws IOException {
        int type = 0;
        if (headerBytes > V3_BYTES) {
            type =
                    StructReader.read("qcow2 header", container, V3_BYTES, 1, ByteOrder.BIG_ENDIAN)
                            .u8(0);
        }
        boolean announced = (incompatible & COMPRESSION_TYPE) != 0;
        in.require(
                announced == (type != 0) && type <= 1,
                "compression_type",
                V3_BYTES,
                announced ? "1 (zstd)" : "0 (deflate), as incompatible bit 3 is not set",
                type);
        return type == 0 ? Compression.DEFLATE : Compression.ZSTD;
    }

    private static @Nullable String backingFile(
            ByteSource container, StructReader in, int clusterBytes) throws IOException {
        if (in.s64(8) == 0) {
            return null;
        }
        int nameBytes = in.boundedU32(16, 0, MAX_BACKING_NAME_BYTES, "backing_file_size");
        long firstCluster = Math.min(clusterBytes, container.length());
        long offset = in.boundedS64(8, 0, firstCluster - nameBytes, "backing_file_offset");
        return HeaderExtensions.text(
                StructReader.read(
                        "qcow2 backing file name",
                        container,
                        offset,
                        nameBytes,
                        ByteOrder.BIG_ENDIAN));
    }

    /** What does not touch the guest's disk, but tells that the image is unusual or was left in a bad state. */
    private static void noteOddities(
            StructReader in,
            int version,
            long incompatible,
            long containerBytes,
            int clusterBytes,
            Warnings warnings)
            throws FormatException {
        if ((incompatible & DIRTY) != 0) {
            warnings.add("qcow2 header: marked dirty, its refcounts may be wrong");
        }
        if ((incompatible & CORRUPT) != 0) {
            warnings.add("qcow2 header: marked corrupt by who last wrote it");
        }
        long snapshots = in.u32(60);
        if (snapshots > 0) {
            warnings.add(
                    "qcow2 header: "
                            + snapshots
                            + " internal snapshots; the disk is the active state, theirs is not indexed");
        }
        long refcountOffset = in.s64(48);
        long refcountBytes = in.u32(56) * clusterBytes;
        if (refcountOffset < 0
                || refcountOffset % clusterBytes != 0
                || refcountBytes > MAX_REFCOUNT_TABLE_BYTES
                || refcountOffset > containerBytes - refcountBytes) {
            warnings.add(
                    "qcow2 header: refcount table of "
                            + refcountBytes
                            + " bytes at "
                            + refcountOffset
                            + " does not fit a container of "
                            + containerBytes
                            + " bytes; not needed to read the disk");
        }
        if (version > 2 && in.u32(96) > 6) {
            warnings.add("qcow2 header: refcount_order " + in.u32(96) + " exceeds 6");
        }
    }
}
