package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * OVA: a tar archive whose first member is the description of a machine. Opening one reads the headers of its members,
 * the description, and of each disk image what opening that reads.
 */
public final class OvaFormat implements ImageFormat {
    public static final String NAME = "ova";

    private static final String DESCRIPTION_SUFFIX = ".ovf";

    /** A machine has a handful of files. */
    private static final int MAX_MEMBERS = 1000;

    private final Opener members;

    /**
     * @param members opens disk images that are members; no archives
     */
    public OvaFormat(Opener members) {
        this.members = members;
    }

    /** Opens any bytes as a disk image; see {@link mirage.image.ImageFormats#open}. */
    @FunctionalInterface
    public interface Opener {
        DiskImage open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
                throws IOException;
    }

    /** Whether bytes are such an archive, whatever can be read of it. */
    public static boolean isIn(ByteSource bytes) throws IOException {
        return TarArchive.hasMagic(bytes) && description(new TarArchive(bytes)) != null;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        if (!TarArchive.hasMagic(container)) {
            return null;
        }
        TarArchive archive = new TarArchive(container);
        TarMember description = description(archive);
        if (description == null) {
            return null;
        }
        MachineDisks disks =
                new MachineDisks(
                        container, parsed(description, container, warnings), warnings, memory);
        for (TarMember member : membersBehind(archive, warnings)) {
            disks.lookInto(member, members);
        }
        return disks.image();
    }

    /** The first member of an OVA; null of any other archive, and of what only begins like one. */
    private static @Nullable TarMember description(TarArchive archive) throws IOException {
        try {
            TarMember first = archive.next();
            return first != null
                            && first.plainFile()
                            && first.name().toLowerCase(Locale.ROOT).endsWith(DESCRIPTION_SUFFIX)
                    ? first
                    : null;
        } catch (FormatException noArchive) {
            return null;
        }
    }

    private static OvfDescriptor parsed(
            TarMember description, ByteSource container, Warnings warnings) throws IOException {
        try {
            return OvfDescriptor.read(description.content(container));
        } catch (FormatException unreadable) {
            warnings.add("member " + description.name() + ": " + unreadable.getMessage());
            return OvfDescriptor.NONE;
        }
    }

    private static List<TarMember> membersBehind(TarArchive archive, Warnings warnings)
            throws IOException {
        List<TarMember> members = new ArrayList<>();
        try {
            for (TarMember next = archive.next(); next != null; next = archive.next()) {
                if (members.size() == MAX_MEMBERS) {
                    warnings.add(
                            "more than " + MAX_MEMBERS + " members: the rest is not looked into");
                    break;
                }
                members.add(next);
                if (!next.complete()) {
                    break;
                }
            }
        } catch (FormatException damage) {
            warnings.add(damage.getMessage() + "; nothing behind it is looked into");
        }
        return members;
    }
}
