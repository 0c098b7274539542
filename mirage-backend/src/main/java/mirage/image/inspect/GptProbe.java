package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk with a partition table: a master boot record, which also protects a GPT (UEFI 2.10, 5.2). The checks are of
 * that record alone; it says whether what looks like one is one.
 */
final class GptProbe implements FormatProbe {
    static final String GPT = "gpt";

    private static final int RECORD_BYTES = 512;
    private static final int FIRST_ENTRY = 446;
    private static final int ENTRY_BYTES = 16;
    private static final int ENTRIES = 4;
    private static final int PROTECTIVE = 0xee;

    /** A FAT file system begins with the same signature: two tables, on a fixed disk. */
    private static final int FATS_AT = 0x10;

    private static final int MEDIA_AT = 0x15;
    private static final int FIXED_DISK = 0xf8;

    @Override
    public String format() {
        return GPT;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        if (image.length() < RECORD_BYTES) {
            return false;
        }
        StructReader record = record(image);
        boolean isFat = record.u8(FATS_AT) == 2 && record.u8(MEDIA_AT) == FIXED_DISK;
        return record.u16(510) == 0xaa55 && !isFat;
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader record = record(image);
        List<String> wrong = new ArrayList<>();
        List<Integer> used = new ArrayList<>();
        boolean protective = false;
        for (int i = 0; i < ENTRIES; i++) {
            StructReader entry = record.sub("entry", FIRST_ENTRY + i * ENTRY_BYTES, ENTRY_BYTES);
            int type = entry.u8(4);
            if ((entry.u8(0) & 0x7f) != 0) {
                wrong.add("MBR PTE " + i + " has invalid boot flag");
            }
            if (type != 0) {
                used.add(i);
            }
            if (type == PROTECTIVE) {
                protective = true;
                checkProtective(entry, wrong);
            }
        }
        if (protective && !used.equals(List.of(0))) {
            wrong.add("GPT MBR defines invalid extra partitions");
        }
        if (used.isEmpty()) {
            wrong.add("GPT MBR has no partitions defined");
        }
        // One check, one failure: the first is what is told.
        return FormatMatch.of(
                GPT,
                image.length(),
                wrong.isEmpty() ? List.of() : List.of(new SafetyFailure("mbr", wrong.getFirst())));
    }

    private static void checkProtective(StructReader entry, List<String> wrong) throws IOException {
        if (entry.u8(1) != 0 || entry.u8(2) != 2 || entry.u8(3) != 0) {
            wrong.add("GPT MBR has invalid start CHS");
        }
        if (entry.u32(8) != 1) {
            wrong.add("GPT MBR has invalid start LBA");
        }
    }

    private static StructReader record(ByteSource image) throws IOException {
        return StructReader.read("MBR", image, 0, RECORD_BYTES, ByteOrder.LITTLE_ENDIAN);
    }
}
