package mirage.facts.language;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.facts.Fact.LanguagePackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.facts.collect.Stanzas;
import mirage.filesystem.FileRecord;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Java archives: every {@code pom.properties} that Maven put into one; without any, what the manifest says of the
 * bundle or the implementation. Archives stored in an archive, as executable ones have their libraries, are read too,
 * two levels deep. Specifications: "JAR File Specification" of the JDK's documentation; "Maven Archiver", {@code
 * pom.properties}.
 */
public final class JavaCollector implements FactCollector {
    private static final int MAX_ENTRY_BYTES = 256 << 10;
    private static final int MAX_ARCHIVES = 2000;
    private static final int MAX_DEPTH = 2;
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final Set<String> MANIFEST_FIELDS =
            Set.of(
                    "Bundle-SymbolicName",
                    "Bundle-Version",
                    "Implementation-Title",
                    "Implementation-Version");

    private record Archive(ByteSource bytes, int depth) {}

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return isArchive(path.toString());
    }

    private static boolean isArchive(String path) {
        return path.endsWith(".jar") || path.endsWith(".war") || path.endsWith(".ear");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        Deque<Archive> archives = new ArrayDeque<>();
        archives.add(new Archive(file.bytes(), 0));
        int begun = 0;
        while (!archives.isEmpty()) {
            begun++;
            Archive archive = archives.remove();
            try {
                for (ZipDirectory.Entry inner : read(archive.bytes(), file, facts)) {
                    if (archive.depth() < MAX_DEPTH && begun + archives.size() < MAX_ARCHIVES) {
                        archives.add(
                                new Archive(
                                        ZipDirectory.stored(archive.bytes(), inner),
                                        archive.depth() + 1));
                    }
                }
            } catch (FormatException e) {
                if (archive.depth() == 0) {
                    throw e;
                }
                facts.warn(file.source(), "an archive in it: " + e.getMessage());
            }
        }
    }

    /** Tells the facts of an archive, and gives the archives that are stored in it as they are. */
    private static Iterable<ZipDirectory.Entry> read(
            ByteSource archive, GuestFile file, FactSink facts) throws IOException {
        Deque<ZipDirectory.Entry> inner = new ArrayDeque<>();
        ZipDirectory.Entry[] manifest = new ZipDirectory.Entry[1];
        boolean[] hasPom = new boolean[1];
        ZipDirectory.forEach(
                archive,
                entry -> {
                    String name = entry.name();
                    if (name.equals(MANIFEST)) {
                        manifest[0] = entry;
                    } else if (name.startsWith("META-INF/maven/")
                            && name.endsWith("/pom.properties")) {
                        LanguagePackage found = ofPom(lines(archive, entry, file));
                        if (found != null) {
                            hasPom[0] = true;
                            facts.add(file.source(), found);
                        }
                    } else if (isArchive(name) && entry.isStored()) {
                        inner.add(entry);
                    }
                });
        if (!hasPom[0] && manifest[0] != null) {
            LanguagePackage found = ofManifest(lines(archive, manifest[0], file));
            if (found != null) {
                facts.add(file.source(), found);
            }
        }
        return inner;
    }

    private static Lines lines(ByteSource archive, ZipDirectory.Entry entry, GuestFile file)
            throws IOException {
        byte[] content = ZipDirectory.content(archive, entry, MAX_ENTRY_BYTES);
        file.charge(content.length);
        return new Lines(ByteSources.of(content));
    }

    private static @Nullable LanguagePackage ofPom(Lines lines) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line = lines.next(); line != null; line = lines.next()) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#' && fields.size() < 100) {
                fields.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
            }
        }
        String group = fields.get("groupId");
        String artifact = fields.get("artifactId");
        return group == null || artifact == null
                ? null
                : new LanguagePackage(
                        "maven", group + ":" + artifact, fields.getOrDefault("version", ""));
    }

    private static @Nullable LanguagePackage ofManifest(Lines lines) throws IOException {
        Map<String, String> fields = new Stanzas(lines, MANIFEST_FIELDS).next();
        if (fields == null) {
            return null;
        }
        String name = fields.getOrDefault("Bundle-SymbolicName", "");
        String version = fields.getOrDefault("Bundle-Version", "");
        if (name.isEmpty()) {
            name = fields.getOrDefault("Implementation-Title", "");
            version = fields.getOrDefault("Implementation-Version", "");
        }
        int semicolon = name.indexOf(';');
        return name.isEmpty()
                ? null
                : new LanguagePackage(
                        "maven", semicolon < 0 ? name : name.substring(0, semicolon), version);
    }
}
