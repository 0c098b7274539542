package mirage.facts.language;

import mirage.bytes.ByteSource;
import mirage.facts.Fact.LanguagePackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.elf.ElfFile;
import mirage.filesystem.FileRecord;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What Go linked into an executable: the version of Go, and every module, where one replaces another the one that is
 * there. Specification: Go's package {@code debug/buildinfo}: since Go 1.18 the section {@code .go.buildinfo} has a
 * magic, at 32 the version of Go behind its length, and the modules behind theirs (both unsigned varints), the text
 * between two marks of 16 bytes. Older executables have pointers there and are not read.
 */
public final class GoCollector implements FactCollector {
    /** No program of Go is smaller, and most others are. */
    private static final long LEAST_BYTES = 512 << 10;

    private static final int EXECUTABLE = 0111;
    private static final String SECTION = ".go.buildinfo";
    private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FLAGS_AT = 15;
    private static final int INLINE = 2;
    private static final int TEXTS_AT = 32;
    private static final int MARK_BYTES = 16;
    private static final int MAX_BYTES = 1 << 20;

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return file.size() >= LEAST_BYTES
                && (file.mode() & EXECUTABLE) != 0
                && !path.endsWith(".so")
                && !path.toString().contains(".so.");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        ElfFile program = ElfFile.open(file.bytes());
        ByteSource section = program == null ? null : program.section(SECTION);
        if (section == null) {
            return;
        }
        ByteBuffer info = ByteBuffer.allocate((int) Math.min(section.length(), MAX_BYTES));
        section.readFully(0, info);
        info.flip();
        if (info.limit() <= TEXTS_AT
                || !info.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                || (info.get(FLAGS_AT) & INLINE) == 0) {
            return;
        }
        info.position(TEXTS_AT);
        String version = text(info);
        String modules = version == null ? null : text(info);
        if (version != null) {
            // "go1.24.4", perhaps with experiments behind a space.
            int end = version.indexOf(' ');
            String number = end < 0 ? version : version.substring(0, end);
            facts.add(
                    file.source(),
                    new LanguagePackage(
                            "golang",
                            "stdlib",
                            number.startsWith("go") ? number.substring(2) : number));
        }
        if (modules != null && modules.length() > 2 * MARK_BYTES) {
            tell(modules.substring(MARK_BYTES, modules.length() - MARK_BYTES), file, facts);
        }
    }

    /** Lines of fields with a tab between: {@code mod path version}, {@code dep …}, {@code => …} for the one before. */
    private static void tell(String modules, GuestFile file, FactSink facts) {
        LanguagePackage last = null;
        for (String line : modules.split("\n", -1)) {
            String[] fields = line.split("\t", -1);
            if (fields.length < 2) {
                continue;
            }
            switch (fields[0]) {
                case "mod", "dep", "=>" -> {
                    if (last != null && !fields[0].equals("=>")) {
                        facts.add(file.source(), last);
                    }
                    last =
                            new LanguagePackage(
                                    "golang", fields[1], fields.length > 2 ? fields[2] : "");
                }
                default -> {}
            }
        }
        if (last != null) {
            facts.add(file.source(), last);
        }
    }

    /** Bytes behind their number, one character each: the marks are no UTF-8. Null when they are not all there. */
    private static @Nullable String text(ByteBuffer info) {
        long length = 0;
        for (int shift = 0; shift < 35 && info.hasRemaining(); shift += 7) {
            int next = info.get();
            length |= (next & 0x7fL) << shift;
            if (next >= 0) {
                if (length > info.remaining()) {
                    return null;
                }
                byte[] text = new byte[(int) length];
                info.get(text);
                return new String(text, StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }
}
