package mirage.facts.system;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;
import mirage.facts.Fact.Kernel;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Kernels of Linux: images in {@code /boot} (or the root of a volume that is mounted there), by what the image says of
 * itself and else by its name, and trees of modules. Specification: "The Linux/x86 Boot Protocol" of the kernel's
 * documentation, {@code kernel_version}.
 */
public final class KernelCollector implements FactCollector {
    private static final int SETUP_MAGIC_AT = 0x202;
    private static final long SETUP_MAGIC = 0x5372_6448; // "HdrS"
    private static final int VERSION_AT = 0x20e;
    private static final int SETUP_BASE = 0x200;
    private static final int SETUP_BYTES = 0x210;
    private static final int MAX_VERSION_BYTES = 512;
    private static final String MODULES = "lib/modules/";

    private String lastTree = "";

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return isModuleTree(path)
                || ((path.startsWith("boot/vmlinu") || path.startsWith("vmlinu"))
                        && (path.isIn("boot") || path.isIn("")));
    }

    /** The list of what is built in, or of dependencies, is in every tree; each tree counts once. */
    private static boolean isModuleTree(GuestPath path) {
        if (!path.nameIs("modules.order") && !path.nameIs("modules.dep")) {
            return false;
        }
        int start = path.startsWith("usr/") ? 4 : 0;
        String tree = path.parent();
        return tree.startsWith(MODULES, start) && tree.indexOf('/', start + MODULES.length()) < 0;
    }

    @Override
    public List<String> places() {
        return List.of("boot", "lib/modules", "usr/lib/modules");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        if (isModuleTree(file.path())) {
            String tree = file.path().parent();
            if (!tree.equals(lastTree)) {
                lastTree = tree;
                facts.add(
                        file.source(),
                        new Kernel(tree.substring(tree.lastIndexOf('/') + 1), "modules", ""));
            }
            return;
        }
        String said = saidByImage(file.bytes());
        if (said != null) {
            int space = said.indexOf(' ');
            facts.add(
                    file.source(),
                    new Kernel(
                            space < 0 ? said : said.substring(0, space),
                            "image",
                            space < 0 ? "" : said.substring(space + 1)));
            return;
        }
        String name = file.path().name();
        int dash = name.indexOf('-');
        if (dash > 0) {
            facts.add(file.source(), new Kernel(name.substring(dash + 1), "image", ""));
        }
    }

    /** Such as {@code 6.1.0-18-amd64 (debian-kernel@lists.debian.org) #1 SMP …}; null when it is no bzImage. */
    private static @Nullable String saidByImage(ByteSource image) throws IOException {
        if (image.length() < SETUP_BYTES) {
            return null;
        }
        StructReader setup =
                StructReader.read("kernel", image, 0, SETUP_BYTES, ByteOrder.LITTLE_ENDIAN);
        int version = setup.u16(VERSION_AT);
        if (setup.u32(SETUP_MAGIC_AT) != SETUP_MAGIC || version == 0) {
            return null;
        }
        long at = (long) SETUP_BASE + version;
        int length = Math.clamp(image.length() - at, 0, MAX_VERSION_BYTES);
        byte[] text =
                StructReader.read("kernel version", image, at, length, ByteOrder.LITTLE_ENDIAN)
                        .bytes(0, length);
        int end = 0;
        while (end < length && text[end] != 0) {
            end++;
        }
        return end == 0 ? null : new String(text, 0, end, StandardCharsets.UTF_8).strip();
    }
}
