package mirage.glance.transfer;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.StoredBytes;
import mirage.image.inspect.FormatMatch;
import mirage.image.inspect.ImageInspector;
import mirage.image.inspect.SafetyFailure;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Demands that bytes are of the format that they were declared to be, and safe, as Glance does from 30.0 on. In a
 * container other than {@code bare} anything may be; so it may in an image without bytes.
 *
 * <ul>
 *   <li>What fails a check of the format that it is found to be of is refused, whatever it was declared to be.
 *   <li>Declared raw, it may be anything that is safe.
 *   <li>Declared to be of a format that has no header to be found by, it may have none of another one.
 *   <li>Parts of an Amazon machine image begin as they like: a Linux kernel has the signature of a partition table.
 * </ul>
 */
public final class FormatCheck implements ContentCheck {
    private static final Logger LOG = LoggerFactory.getLogger(FormatCheck.class);
    private static final String BARE = "bare";
    private static final String GPT = "gpt";
    private static final String VMDK = "vmdk";
    private static final Set<String> PARTS = Set.of("ami", "ari", "aki");

    /** Formats that the inspector finds; others are known by nothing but what they were declared to be. */
    private static final Set<String> FOUND_BY_HEADER =
            Set.of("qcow2", "qed", VMDK, "vhd", "vhdx", "vdi", "iso", GPT, "luks");

    private final boolean gptFailuresAreFatal;
    private final Set<String> vmdkTypes;

    /**
     * @param gptFailuresAreFatal whether a partition table that fails its checks is refused
     * @param vmdkTypes createTypes of VMDK images that are taken, of those that are safe
     */
    public FormatCheck(boolean gptFailuresAreFatal, List<String> vmdkTypes) {
        this.gptFailuresAreFatal = gptFailuresAreFatal;
        this.vmdkTypes =
                vmdkTypes.stream()
                        .map(type -> type.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Inspection begin(ImageRecord image) {
        String declared = image.attributes().diskFormat();
        boolean isBare = BARE.equals(image.attributes().containerFormat());
        return new Inspection() {
            @Override
            public void finish(StoredBytes stored) throws IOException {
                if (isBare && declared != null && stored.length() > 0) {
                    require(image, declared, ImageInspector.inspect(new StoredSource(stored)));
                }
            }
        };
    }

    private void require(
            ImageRecord image, String declared, mirage.image.inspect.Inspection inspection) {
        FormatMatch found = inspection.decided();
        if (found == null) {
            throw refused(
                    "Image content has the headers of several formats: "
                            + String.join(", ", inspection.formats().stream().sorted().toList()));
        }
        String unsafe = unsafe(image, declared, found);
        if (unsafe != null) {
            throw refused("Image fails safety checks of format " + found.format() + ": " + unsafe);
        }
        if (!mayBe(declared, found.format())) {
            throw refused(
                    "Image content is "
                            + found.format()
                            + " and does not match disk_format "
                            + declared);
        }
    }

    private static boolean mayBe(String declared, String found) {
        if (declared.equals(mirage.image.inspect.Inspection.RAW) || declared.equals(found)) {
            return true;
        }
        boolean isRaw = found.equals(mirage.image.inspect.Inspection.RAW);
        return PARTS.contains(declared)
                ? isRaw || found.equals(GPT)
                : isRaw && !FOUND_BY_HEADER.contains(declared);
    }

    private @Nullable String unsafe(ImageRecord image, String declared, FormatMatch found) {
        if (found.format().equals(VMDK)
                && found.isSafe()
                && (found.subformat() == null
                        || !vmdkTypes.contains(found.subformat().toLowerCase(Locale.ROOT)))) {
            return "its createType is not allowed";
        }
        if (found.isSafe()) {
            return null;
        }
        String failures =
                found.failures().stream()
                        .map(SafetyFailure::message)
                        .collect(Collectors.joining("; "));
        if (found.format().equals(GPT) && (!gptFailuresAreFatal || PARTS.contains(declared))) {
            LOG.info("image {}: taken in spite of its partition table: {}", image.id(), failures);
            return null;
        }
        return failures;
    }

    private static HttpFailure refused(String message) {
        return new HttpFailure(415, message);
    }
}
