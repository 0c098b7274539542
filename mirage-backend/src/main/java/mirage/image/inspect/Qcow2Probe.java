package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * qcow2 (QEMU, {@code docs/interop/qcow2.rst}). Unsafe is what makes a reader open another file (CVE-2024-32498), and
 * every feature that Nova does not know: extended L2 entries too, though QEMU reads them, since Nova refuses such an
 * image.
 */
final class Qcow2Probe implements FormatProbe {
    private static final String QCOW2 = "qcow2";
    private static final String MAGIC = "QFI\u00fb";
    private static final int V2_BYTES = 72;
    private static final int V3_BYTES = 104;
    private static final long DATA_FILE = 1 << 2;

    /** Dirty, corrupt, data file (refused by a check of its own), compression type. */
    private static final long KNOWN_FEATURES = 0b1111;

    @Override
    public String format() {
        return QCOW2;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, 0, MAGIC);
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader start =
                StructReader.read("qcow2 header", image, 0, V2_BYTES, ByteOrder.BIG_ENDIAN);
        List<SafetyFailure> failures = new ArrayList<>();
        if (start.s64(8) != 0) {
            failures.add(new SafetyFailure("backing_file", "Image has a backing file"));
        }
        long version = start.u32(4);
        if (version == 3) {
            long features =
                    StructReader.read("qcow2 header", image, 0, V3_BYTES, ByteOrder.BIG_ENDIAN)
                            .s64(72);
            if ((features & DATA_FILE) != 0) {
                failures.add(new SafetyFailure("data_file", "Image has data_file set"));
            }
            if ((features & ~KNOWN_FEATURES) != 0) {
                failures.add(new SafetyFailure("unknown_features", "Unknown QCOW2 features found"));
            }
        } else if (version != 2) {
            failures.add(new SafetyFailure("unknown_features", "Unsupported qcow2 version"));
        }
        long size = start.boundedS64(24, 0, Long.MAX_VALUE, "size");
        return FormatMatch.of(QCOW2, size, failures);
    }
}
