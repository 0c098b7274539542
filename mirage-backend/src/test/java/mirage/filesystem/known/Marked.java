package mirage.filesystem.known;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Volumes of which little more than the mark is written, from the formats' own words; enough for {@code blkid}. */
record Marked(String type, String label, String uuid, byte[] volume) {
    private static final int MIB = 1 << 20;
    private static final UUID ID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    @Override
    public String toString() {
        return type;
    }

    static List<Marked> all() {
        List<Marked> all = new ArrayList<>();
        all.add(
                new Builder()
                        .text(0, "LUKS")
                        .hex(4, "babe0001")
                        .text(168, ID + "")
                        .is("crypto_LUKS", "", ID + ""));
        all.add(
                new Builder()
                        .text(0, "LUKS")
                        .hex(4, "babe00020000000000004000")
                        .text(24, "secrets")
                        .text(168, ID + "")
                        .is("crypto_LUKS", "secrets", ID + ""));
        all.add(new Builder().swap(4096, "swap label").is("swap", "swap label", ID + ""));
        all.add(new Builder().swap(65536, "").is("swap", "", ID + ""));
        all.add(new Builder().text(4086, "S1SUSPEND").is("swsuspend", "", ""));
        all.add(
                new Builder()
                        .text(32, "NXSB")
                        .little32(36, 4096)
                        .uuid(72)
                        .checksummedApfs()
                        .is("apfs", "", ID + ""));
        all.add(
                new Builder()
                        .text(65536 + 52, "ReIsEr2Fs")
                        .uuid(65536 + 84)
                        .text(65536 + 100, "reiser")
                        .little16(65536 + 44, 4096)
                        .little32(65536 + 12, 8211)
                        .is("reiserfs", "reiser", ID + ""));
        all.add(new Builder().hex(0, "000000").text(3, "ReFS").is("ReFS", "", ""));
        all.add(new Builder().hex(MIB, "0dd001c0").is("VMFS_volume_member", "", ""));
        all.add(new Builder().hex(2 * MIB, "5ef1ab2f").is("VMFS", "", ""));
        all.add(new Builder().text(0, "bluestore block device\n").is("ceph_bluestore", "", ""));
        all.add(new Builder().zfs().is("zfs_member", "", ""));
        return List.copyOf(all);
    }

    private static final class Builder {
        private final ByteBuffer bytes =
                ByteBuffer.allocate(4 * MIB).order(ByteOrder.LITTLE_ENDIAN);

        Builder text(int at, String text) {
            bytes.put(at, text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Builder hex(int at, String digits) {
            bytes.put(at, HexFormat.of().parseHex(digits));
            return this;
        }

        Builder little16(int at, int value) {
            bytes.putShort(at, (short) value);
            return this;
        }

        Builder little32(int at, int value) {
            bytes.putInt(at, value);
            return this;
        }

        Builder uuid(int at) {
            return hex(at, ID.toString().replace("-", ""));
        }

        Builder swap(int page, String label) {
            return text(page - 10, "SWAPSPACE2")
                    .little32(1024, 1)
                    .little32(1028, 50)
                    .uuid(1036)
                    .text(1052, label);
        }

        /** Fletcher's sums of 64 bits over the first block, and what kind of block it is. */
        Builder checksummedApfs() {
            little32(24, 0x8000_0001);
            long low = 0;
            long high = 0;
            for (int at = 8; at < 4096; at += 4) {
                low = (low + (bytes.getInt(at) & 0xffff_ffffL)) % 0xffff_ffffL;
                high = (high + low) % 0xffff_ffffL;
            }
            long first = 0xffff_ffffL - (low + high) % 0xffff_ffffL;
            long second = 0xffff_ffffL - (low + first) % 0xffff_ffffL;
            bytes.putLong(0, second << 32 | first);
            return this;
        }

        Builder zfs() {
            for (int slot = 0; slot < 8; slot++) {
                bytes.putLong((128 << 10) + (slot << 10), 0x00bab10cL);
            }
            return this;
        }

        Marked is(String type, String label, String uuid) {
            return new Marked(type, label, uuid, bytes.array());
        }
    }
}
