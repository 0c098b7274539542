package mirage.facts.elf;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An executable in ELF: its machine, and its sections by name. Specification: System V Application Binary Interface,
 * "Object Files"; numbers of machines are those of the registry that SCO keeps.
 */
public final class ElfFile {
    private static final int MAGIC = 0x7f45_4c46;
    private static final int IDENT_BYTES = 16;
    private static final int LONGEST_HEADER_BYTES = 64;
    private static final int SHORTEST_HEADER_BYTES = 52;
    private static final int CLASS_64 = 2;
    private static final int BIG_ENDIAN_DATA = 2;
    private static final int MAX_SECTIONS = 4096;
    private static final int NO_BITS = 8;

    private static final Map<Integer, String> MACHINES =
            Map.ofEntries(
                    Map.entry(2, "sparc"),
                    Map.entry(3, "i386"),
                    Map.entry(8, "mips"),
                    Map.entry(20, "ppc"),
                    Map.entry(21, "ppc64"),
                    Map.entry(22, "s390"),
                    Map.entry(40, "arm"),
                    Map.entry(43, "sparc64"),
                    Map.entry(50, "ia64"),
                    Map.entry(62, "x86_64"),
                    Map.entry(183, "aarch64"),
                    Map.entry(243, "riscv"),
                    Map.entry(258, "loongarch"));

    private final ByteSource file;
    private final StructReader header;
    private final ByteOrder order;
    private final boolean wide;

    private ElfFile(ByteSource file, StructReader header, ByteOrder order, boolean wide) {
        this.file = file;
        this.header = header;
        this.order = order;
        this.wide = wide;
    }

    /** Null when the file does not begin as ELF does. */
    public static @Nullable ElfFile open(ByteSource file) throws IOException {
        if (file.length() < SHORTEST_HEADER_BYTES) {
            return null;
        }
        ByteBuffer ident = ByteBuffer.allocate(IDENT_BYTES);
        file.readFully(0, ident);
        if (ident.getInt(0) != MAGIC) {
            return null;
        }
        boolean wide = ident.get(4) == CLASS_64;
        ByteOrder order =
                ident.get(5) == BIG_ENDIAN_DATA ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int length = wide ? LONGEST_HEADER_BYTES : SHORTEST_HEADER_BYTES;
        return new ElfFile(
                file, StructReader.read("ELF header", file, 0, length, order), order, wide);
    }

    /** As {@code uname -m} would say; a machine that we have no name for by its number, {@code elf-4711}. */
    public String machine() throws FormatException {
        int number = header.u16(18);
        String name = MACHINES.getOrDefault(number, "elf-" + number);
        return switch (name) {
            case "ppc64" -> order == ByteOrder.LITTLE_ENDIAN ? "ppc64le" : name;
            case "s390" -> wide ? "s390x" : name;
            case "mips" ->
                    (wide ? "mips64" : name) + (order == ByteOrder.LITTLE_ENDIAN ? "el" : "");
            case "riscv", "loongarch" -> name + (wide ? "64" : "32");
            default -> name;
        };
    }

    /** The bytes of the first section of a name, null when there is none. */
    public @Nullable ByteSource section(String name) throws IOException {
        int entryBytes = wide ? 64 : 40;
        long table = address(header, wide ? 40 : 32);
        int entries = header.u16(wide ? 60 : 48);
        int namesEntry = header.u16(wide ? 62 : 50);
        if (table == 0
                || header.u16(wide ? 58 : 46) != entryBytes
                || entries > MAX_SECTIONS
                || namesEntry >= entries) {
            return null;
        }
        StructReader sections =
                StructReader.read("ELF sections", file, table, entries * entryBytes, order);
        ByteSource names = bytes(sections.sub("names", namesEntry * entryBytes, entryBytes));
        byte[] wanted = (name + '\0').getBytes(StandardCharsets.US_ASCII);
        ByteBuffer found = ByteBuffer.allocate(wanted.length);
        for (int i = 0; i < entries; i++) {
            StructReader section = sections.sub("section " + i, i * entryBytes, entryBytes);
            names.readAt(section.u32(0), found.clear());
            if (found.position() == wanted.length && ByteBuffer.wrap(wanted).equals(found.flip())) {
                return section.u32(4) == NO_BITS ? null : bytes(section);
            }
        }
        return null;
    }

    private ByteSource bytes(StructReader section) throws FormatException {
        long offset = address(section, wide ? 24 : 16);
        long length = address(section, wide ? 32 : 20);
        if (offset < 0 || length < 0 || offset > file.length() - length) {
            throw section.refuse(
                    "place", wide ? 24 : 16, "within " + file.length(), offset + "+" + length);
        }
        return file.slice(offset, length);
    }

    private long address(StructReader from, int at) throws FormatException {
        return wide ? from.s64(at) : from.u32(at);
    }
}
