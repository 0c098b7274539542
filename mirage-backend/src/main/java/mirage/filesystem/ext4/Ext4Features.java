package mirage.filesystem.ext4;

import java.util.ArrayList;
import java.util.List;

/**
 * The three sets of feature bits of a superblock. Kernel documentation, "Super Block", tables of compatible,
 * incompatible and read-only compatible features.
 *
 * @param compatible may be unknown to whoever reads or writes
 * @param incompatible must be known to whoever reads
 * @param readOnlyCompatible must be known to whoever writes
 */
record Ext4Features(int compatible, int incompatible, int readOnlyCompatible) {
    private static final int COMPAT_HAS_JOURNAL = 0x4;
    private static final int COMPAT_SPARSE_SUPER2 = 0x200;

    private static final int INCOMPAT_FILETYPE = 0x2;
    private static final int INCOMPAT_RECOVER = 0x4;
    private static final int INCOMPAT_JOURNAL_DEVICE = 0x8;
    private static final int INCOMPAT_META_BG = 0x10;
    private static final int INCOMPAT_EXTENTS = 0x40;
    private static final int INCOMPAT_64BIT = 0x80;
    private static final int INCOMPAT_MMP = 0x100;
    private static final int INCOMPAT_FLEX_BG = 0x200;
    private static final int INCOMPAT_EA_INODE = 0x400;
    private static final int INCOMPAT_CHECKSUM_SEED = 0x2000;
    private static final int INCOMPAT_LARGE_DIRECTORY = 0x4000;
    private static final int INCOMPAT_INLINE_DATA = 0x8000;
    private static final int INCOMPAT_ENCRYPT = 0x10000;
    private static final int INCOMPAT_CASEFOLD = 0x20000;
    private static final int INCOMPAT_READ =
            INCOMPAT_FILETYPE
                    | INCOMPAT_RECOVER
                    | INCOMPAT_JOURNAL_DEVICE
                    | INCOMPAT_META_BG
                    | INCOMPAT_EXTENTS
                    | INCOMPAT_64BIT
                    | INCOMPAT_MMP
                    | INCOMPAT_FLEX_BG
                    | INCOMPAT_EA_INODE
                    | INCOMPAT_CHECKSUM_SEED
                    | INCOMPAT_LARGE_DIRECTORY
                    | INCOMPAT_INLINE_DATA
                    | INCOMPAT_ENCRYPT
                    | INCOMPAT_CASEFOLD;

    private static final int RO_SPARSE_SUPER = 0x1;
    private static final int RO_HUGE_FILE = 0x8;
    private static final int RO_GDT_CHECKSUM = 0x10;
    private static final int RO_BIGALLOC = 0x200;
    private static final int RO_METADATA_CHECKSUM = 0x400;

    /** All bits up to {@code orphan_present}; what they mean for a reader is nothing or is handled. */
    private static final int RO_READ = 0x1ffff;

    /** What an ext3 driver reads and writes: {@code filetype}, {@code needs_recovery}, {@code meta_bg}. */
    private static final int EXT3_INCOMPAT =
            INCOMPAT_FILETYPE | INCOMPAT_RECOVER | INCOMPAT_META_BG;

    /** {@code sparse_super}, {@code large_file}, {@code btree_dir}. */
    private static final int EXT3_READ_ONLY = 0x7;

    /** Names of the incompatible features that exist and that we do not read. */
    private static final List<NamedBit> UNREAD =
            List.of(new NamedBit(0x1, "compression"), new NamedBit(0x1000, "dirdata"));

    private record NamedBit(int bit, String name) {}

    boolean hasJournal() {
        return (compatible & COMPAT_HAS_JOURNAL) != 0;
    }

    boolean sparseSuper2() {
        return (compatible & COMPAT_SPARSE_SUPER2) != 0;
    }

    boolean needsRecovery() {
        return (incompatible & INCOMPAT_RECOVER) != 0;
    }

    boolean journalDevice() {
        return (incompatible & INCOMPAT_JOURNAL_DEVICE) != 0;
    }

    boolean metaBlockGroups() {
        return (incompatible & INCOMPAT_META_BG) != 0;
    }

    boolean wide() {
        return (incompatible & INCOMPAT_64BIT) != 0;
    }

    boolean checksumSeed() {
        return (incompatible & INCOMPAT_CHECKSUM_SEED) != 0;
    }

    boolean largeDirectories() {
        return (incompatible & INCOMPAT_LARGE_DIRECTORY) != 0;
    }

    boolean inlineData() {
        return (incompatible & INCOMPAT_INLINE_DATA) != 0;
    }

    boolean sparseSuper() {
        return (readOnlyCompatible & RO_SPARSE_SUPER) != 0;
    }

    boolean hugeFiles() {
        return (readOnlyCompatible & RO_HUGE_FILE) != 0;
    }

    boolean bigalloc() {
        return (readOnlyCompatible & RO_BIGALLOC) != 0;
    }

    boolean metadataChecksums() {
        return (readOnlyCompatible & RO_METADATA_CHECKSUM) != 0;
    }

    /** CRC-16 of group descriptors, the forerunner of {@link #metadataChecksums()}, which overrules it. */
    boolean groupChecksums() {
        return (readOnlyCompatible & RO_GDT_CHECKSUM) != 0 && !metadataChecksums();
    }

    /** The incompatible features that hinder reading, by bit and name; empty when there are none. */
    String unreadable() {
        List<String> names = new ArrayList<>();
        for (int left = incompatible & ~INCOMPAT_READ; left != 0; left &= left - 1) {
            int bit = Integer.lowestOneBit(left);
            String name = "unknown";
            for (NamedBit unread : UNREAD) {
                if (unread.bit == bit) {
                    name = unread.name;
                }
            }
            names.add("0x" + Integer.toHexString(bit) + " (" + name + ")");
        }
        return String.join(", ", names);
    }

    int unknownReadOnly() {
        return readOnlyCompatible & ~RO_READ;
    }

    /** The eldest of the three drivers that could write it, which is how {@code blkid} tells them apart. */
    String type() {
        boolean ext3Driver =
                (incompatible & ~EXT3_INCOMPAT) == 0 && (readOnlyCompatible & ~EXT3_READ_ONLY) == 0;
        if (!ext3Driver) {
            return "ext4";
        }
        return hasJournal() ? "ext3" : "ext2";
    }
}
