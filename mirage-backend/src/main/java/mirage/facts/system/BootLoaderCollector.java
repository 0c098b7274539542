package mirage.facts.system;

import mirage.facts.Fact.BootLoader;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Boot loaders by the files that are theirs alone, on the system's volume, a boot volume, or an EFI system partition.
 * Specification of the latter: UEFI, "Boot Manager", 3.5; the names are those that each loader's manual has.
 */
public final class BootLoaderCollector implements FactCollector {
    /**
     * @param name of the file, in lower case
     * @param directory what is in the path before that, with a slash in front of it
     */
    private record Mark(String name, String directory, String loader, String platform) {}

    /** GRUB may lie where no file is: then only this tells of it, and not for which platform. */
    private static final String CONFIGURATION = "grub.cfg";

    private static final List<Mark> MARKS =
            List.of(
                    new Mark("core.img", "/i386-pc/", "grub", "bios"),
                    new Mark("normal.mod", "/i386-pc/", "grub", "bios"),
                    new Mark("normal.mod", "-efi/", "grub", "efi"),
                    new Mark("grubx64.efi", "/efi/", "grub", "efi"),
                    new Mark("grubaa64.efi", "/efi/", "grub", "efi"),
                    new Mark("shimx64.efi", "/efi/", "shim", "efi"),
                    new Mark("shimaa64.efi", "/efi/", "shim", "efi"),
                    new Mark("systemd-bootx64.efi", "/efi/", "systemd-boot", "efi"),
                    new Mark("systemd-bootaa64.efi", "/efi/", "systemd-boot", "efi"),
                    new Mark(CONFIGURATION, "/grub", "grub", ""),
                    new Mark("ldlinux.sys", "", "syslinux", "bios"),
                    new Mark("lilo.conf", "/etc/", "lilo", "bios"),
                    new Mark("bootmgr", "", "windows", "bios"),
                    new Mark("bootmgfw.efi", "/efi/microsoft/boot/", "windows", "efi"));

    private static final List<String> ENDS =
            List.of(".img", ".mod", ".efi", ".EFI", ".sys", ".cfg", "lilo.conf", "bootmgr");

    /** Programs and their sources have copies for installing from. */
    private static final List<String> NOT_INSTALLED = List.of("usr/", "var/", "windows/", "home/");

    private final Set<BootLoader> known = new HashSet<>();

    private @Nullable RawName configuration;

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return ENDS.stream().anyMatch(path::endsWith) && mark(path) != null;
    }

    @Override
    public void collect(GuestFile file, FactSink facts) {
        Mark mark = mark(file.path());
        if (mark == null || file.isLink()) {
            return;
        }
        if (mark.platform().isEmpty()) {
            configuration = configuration == null ? file.source() : configuration;
        } else {
            BootLoader loader = new BootLoader(mark.loader(), mark.platform());
            if (known.add(loader)) {
                facts.add(file.source(), loader);
            }
        }
    }

    @Override
    public void finish(FactSink facts) {
        if (configuration != null
                && known.stream().noneMatch(loader -> loader.name().equals("grub"))) {
            facts.add(configuration, new BootLoader("grub", ""));
        }
    }

    private static @Nullable Mark mark(GuestPath path) {
        GuestPath lower = path.lowerCase();
        if (NOT_INSTALLED.stream().anyMatch(lower::startsWith)) {
            return null;
        }
        String directory = '/' + lower.parent() + '/';
        for (Mark mark : MARKS) {
            if (lower.nameIs(mark.name()) && directory.contains(mark.directory())) {
                return mark;
            }
        }
        return null;
    }
}
