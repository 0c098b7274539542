package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * VMware's VMDK ("Virtual Disk Format 5.0"). Safe is only a single file with a sparse header, {@code monolithicSparse}
 * or {@code streamOptimized}; every other kind is text that names other files (CVE-2022-47951). A footer, which
 * replaces the header where there is one, must agree with it.
 */
final class VmdkProbe implements FormatProbe {
    private static final String VMDK = "vmdk";
    private static final String SPARSE_MAGIC = "KDMV";
    private static final String ESX_SPARSE_MAGIC = "COWD";
    private static final int SECTOR_BYTES = 512;
    private static final int HEADER_BYTES = 64;
    private static final long GRAIN_DIRECTORY_AT_END = -1;
    private static final int FOOTER_BYTES = 3 * SECTOR_BYTES;
    private static final int MARKER_FOOTER = 3;
    private static final int MARKER_END = 0;
    private static final Set<String> SAFE_TYPES = Set.of("monolithicsparse", "streamoptimized");

    @Override
    public String format() {
        return VMDK;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        String magic = FormatProbe.bytesAt(image, 0, 4);
        return magic.equals(SPARSE_MAGIC)
                || magic.equals(ESX_SPARSE_MAGIC)
                || VmdkDescriptor.isAlone(image);
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        return switch (FormatProbe.bytesAt(image, 0, 4)) {
            case SPARSE_MAGIC -> sparse(image);
            case ESX_SPARSE_MAGIC ->
                    FormatMatch.unsafe(VMDK, "descriptor", "Unsupported subformat");
            default ->
                    judged(
                            VmdkDescriptor.read(image, 0, VmdkDescriptor.MAX_BYTES),
                            null,
                            List.of());
        };
    }

    private static FormatMatch sparse(ByteSource image) throws IOException {
        StructReader header = read("VMDK header", image, 0, HEADER_BYTES);
        header.boundedU32(4, 1, 3, "version");
        long descriptorAt = header.s64(28);
        header.require(descriptorAt == 1, "descriptor offset", 28, "sector 1", descriptorAt);
        long sectors =
                header.boundedS64(12, 0, Long.MAX_VALUE / SECTOR_BYTES, "capacity in sectors");
        long descriptorSectors = header.boundedS64(36, 0, Long.MAX_VALUE, "descriptor size");
        long bytes =
                Math.min(descriptorSectors, VmdkDescriptor.MAX_BYTES / SECTOR_BYTES) * SECTOR_BYTES;
        List<SafetyFailure> failures = new ArrayList<>();
        if (header.s64(56) == GRAIN_DIRECTORY_AT_END) {
            String wrong = wrongWithFooter(image, header);
            if (wrong != null) {
                failures.add(new SafetyFailure("footer", wrong));
            }
        }
        return judged(
                VmdkDescriptor.read(image, SECTOR_BYTES, (int) bytes),
                sectors * SECTOR_BYTES,
                failures);
    }

    /**
     * @param sparseBytes size of the disk as a sparse header has it, null when there is no such header
     */
    private static FormatMatch judged(
            VmdkDescriptor descriptor, @Nullable Long sparseBytes, List<SafetyFailure> footer) {
        boolean isSafeType = SAFE_TYPES.contains(descriptor.typeInLowerCase());
        List<SafetyFailure> failures = new ArrayList<>(footer);
        String wrong =
                isSafeType && sparseBytes != null ? descriptor.wrong() : "Unsupported subformat";
        if (wrong != null) {
            failures.add(new SafetyFailure("descriptor", wrong));
        }
        if (descriptor.hasParent()) {
            failures.add(new SafetyFailure(SafetyFailure.PARENT, "Image has a parent"));
        }
        return new FormatMatch(
                VMDK, descriptor.createType(), isSafeType ? sparseBytes : null, failures);
    }

    /** The last three sectors: a marker, the footer, the marker that ends the stream. */
    private static @Nullable String wrongWithFooter(ByteSource image, StructReader header)
            throws IOException {
        StructReader end = read("VMDK footer", image, image.length() - FOOTER_BYTES, FOOTER_BYTES);
        StructReader footer = end.sub("copy of the header", SECTOR_BYTES, HEADER_BYTES);
        if (footer.u32(0) != header.u32(0)) {
            return "Header and footer signature do not match";
        }
        if (footer.u32(4) != header.u32(4)) {
            return "Header and footer versions do not match";
        }
        if (footer.s64(28) != header.s64(28) || footer.s64(36) != header.s64(36)) {
            return "Footer specifies a different descriptor than header";
        }
        if (footer.s64(56) == GRAIN_DIRECTORY_AT_END) {
            return "Footer indicates another footer";
        }
        if (!isMarker(end.sub("marker", 0, SECTOR_BYTES), MARKER_FOOTER)) {
            return "Footer marker is invalid";
        }
        StructReader last = end.sub("marker", 2 * SECTOR_BYTES, SECTOR_BYTES);
        return last.s64(0) != 0 || !isMarker(last, MARKER_END)
                ? "End-of-stream marker is invalid"
                : null;
    }

    private static boolean isMarker(StructReader sector, int type) throws IOException {
        boolean padded = true;
        for (int i = 16; i < SECTOR_BYTES; i++) {
            padded &= sector.u8(i) == 0;
        }
        return padded && sector.u32(8) == 0 && sector.u32(12) == type;
    }

    private static StructReader read(String name, ByteSource image, long at, int bytes)
            throws IOException {
        return StructReader.read(name, image, at, bytes, ByteOrder.LITTLE_ENDIAN);
    }
}
