package mirage.filesystem.known;

import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All that we know by name only, in the order in which a volume is tried. A new one is a line here. Marks have at least four
 * bytes, so that chance makes none.
 */
public final class KnownContents {
    static final String SWAP = "swap";

    private static final int KIB = 1024;
    private static final int MIB = 1 << 20;
    private static final List<Mark> MARKS = marks();

    private KnownContents() {}

    /**
     * Says what fills a volume. Reads some hundred bytes.
     *
     * @param volume hostile bytes that no file system reader knows
     * @return null when nothing is recognised
     */
    public static @Nullable KnownContent recognise(ByteSource volume) throws IOException {
        for (Mark mark : MARKS) {
            if (mark.isIn(volume)) {
                return mark.describe(volume);
            }
        }
        return null;
    }

    private static List<Mark> marks() {
        List<Mark> marks = new ArrayList<>();
        addEncrypted(marks);
        addMembers(marks);
        addSwap(marks);
        addUnix(marks);
        addOthers(marks);
        return List.copyOf(marks);
    }

    private static void addEncrypted(List<Mark> marks) {
        marks.add(
                Mark.of("crypto_LUKS", 0, "LUKS<babe><0002>")
                        .withLabel(24, 48)
                        .withUuidText(168, 40));
        marks.add(Mark.of("crypto_LUKS", 0, "LUKS<babe>").withUuidText(168, 40));
        marks.add(Mark.of("BitLocker", 0, "<eb5290>-FVE-FS-"));
        marks.add(Mark.of("BitLocker", 0, "<eb5890>-FVE-FS-"));
        marks.add(Mark.of("BitLocker", 0, "<eb5890>MSWIN4.1<00020800>"));
    }

    /** Parts of pools, arrays and caches. */
    private static void addMembers(List<Mark> marks) {
        marks.add(Mark.of("ddf_raid_member", -512, "<11de11de>"));
        marks.add(Mark.of("isw_raid_member", -1024, "Intel Raid ISM Cfg Sig. "));
        marks.add(
                Mark.of("bcache", 4 * KIB + 24, "<c68573f64e1a45ca8265f57f48ba6d81>")
                        .withUuid(4 * KIB + 40));
        marks.add(Mark.of("drbd", -4096 + 60, "<8374026b>"));
        marks.add(Mark.of("drbd", -4096 + 60, "<8374026d>"));
        marks.add(Mark.of("ceph_bluestore", 0, "bluestore block device<0a>"));
        marks.add(Mark.of("VMFS_volume_member", MIB, "<0dd001c0>"));
        marks.add(Mark.of("VMFS", 2 * MIB, "<5ef1ab2f>"));
        marks.add(Mark.of("stratis", 512 + 4, "!Stra0tis<86ff025e>Arh"));
        marks.add(Mark.of("LVM1_member", 0, "HM<0100>"));
        marks.add(Mark.of("LVM1_member", 0, "HM<0200>"));
        marks.add(Mark.of("DM_verity_hash", 0, "verity<0000>"));
        marks.add(Mark.of("DM_integrity", 0, "integrt<00>"));
        marks.add(Mark.of("vdo", 0, "dmvdo001"));
        // Each label of a pool has a ring of what the pool's last states were, a KiB or more apart.
        for (int label = 0; label < 2; label++) {
            for (int slot = 0; slot < 128; slot++) {
                long at = label * 256L * KIB + 128L * KIB + (long) slot * KIB;
                marks.add(Mark.of("zfs_member", at, "<0cb1ba0000000000>"));
                marks.add(Mark.of("zfs_member", at, "<0000000000bab10c>"));
            }
        }
    }

    private static void addSwap(List<Mark> marks) {
        for (int page = 4 * KIB; page <= 64 * KIB; page *= 2) {
            marks.add(
                    Mark.of(SWAP, page - 10, "SWAPSPACE2")
                            .withLabel(KIB + 28, 16)
                            .withUuid(KIB + 12));
            marks.add(Mark.of(SWAP, page - 10, "SWAP-SPACE"));
            for (String hibernated :
                    new String[] {
                        "S1SUSPEND<00>", "S2SUSPEND<00>", "ULSUSPEND<00>", "LINHIB0001"
                    }) {
                marks.add(Mark.of("swsuspend", page - 10, hibernated));
            }
        }
    }

    /** File systems of other systems of the family. */
    private static void addUnix(List<Mark> marks) {
        for (int at : new int[] {8 * KIB, 64 * KIB, 256 * KIB, 0}) {
            for (String magic :
                    new String[] {"<54190100>", "<00011954>", "<19015419>", "<19540119>"}) {
                marks.add(Mark.of("ufs", at + 0x55c, magic));
            }
        }
        marks.add(
                Mark.of("jfs", 32 * KIB, "JFS1")
                        .withUuid(32 * KIB + 136)
                        .withLabel(32 * KIB + 152, 16));
        for (String magic : new String[] {"ReIsErFs", "ReIsEr2Fs", "ReIsEr3Fs"}) {
            marks.add(
                    Mark.of("reiserfs", 64 * KIB + 52, magic)
                            .withUuid(64 * KIB + 84)
                            .withLabel(64 * KIB + 100, 16));
        }
        marks.add(
                Mark.of("reiser4", 64 * KIB, "ReIsEr4")
                        .withUuid(64 * KIB + 20)
                        .withLabel(64 * KIB + 36, 16));
        marks.add(Mark.of("f2fs", KIB, "<1020f5f2>").withUuid(KIB + 108));
        marks.add(
                Mark.of("nilfs2", KIB, "<0200000000003434>")
                        .withUuid(KIB + 152)
                        .withLabel(KIB + 168, 80));
        marks.add(Mark.of("gfs2", 64 * KIB, "<01161970>"));
        for (int block = KIB; block <= 8 * KIB; block *= 2) {
            marks.add(
                    Mark.of("ocfs2", 2L * block, "OCFSV2")
                            .withLabel(2L * block + 336, 64)
                            .withUuid(2L * block + 400));
        }
        marks.add(
                Mark.of("bcachefs", 4 * KIB + 24, "<c68573f666ce90a9d96a60cf803df7ef>")
                        .withUuid(4 * KIB + 56));
        marks.add(Mark.of("cramfs", 0, "<453dcd28>"));
        marks.add(Mark.of("cramfs", 0, "<28cd3d45>"));
        marks.add(Mark.of("romfs", 0, "-rom1fs-"));
    }

    private static void addOthers(List<Mark> marks) {
        marks.add(Mark.of("apfs", 32, "NXSB").withUuid(72));
        marks.add(Mark.of("hfsplus", KIB, "H+<0004>"));
        marks.add(Mark.of("hfsplus", KIB, "HX<0005>"));
        marks.add(Mark.of("ReFS", 0, "<000000>ReFS<00>"));
    }
}
