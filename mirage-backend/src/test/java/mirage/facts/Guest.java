package mirage.facts;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FactTable;
import mirage.manifest.FileTableBuilder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A system of a few files, and what is found in it. */
final class Guest {
    private static final FileTimes TIMES =
            new FileTimes(Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN);

    private final String fileSystemType;

    /** In the order of a walk: what is in a directory comes right behind it. */
    private final Map<String, FileRecord> files =
            new TreeMap<>(Comparator.comparing(path -> path.replace('/', '\0')));

    private final Map<String, ByteSource> contents = new HashMap<>();

    Guest() {
        this("ext4");
    }

    Guest(String fileSystemType) {
        this.fileSystemType = fileSystemType;
    }

    /** What was found, in order, and what was odd. */
    record Told(List<FoundFact> found, List<String> warnings) {
        List<Fact> facts() {
            return found.stream().map(FoundFact::fact).toList();
        }

        List<Fact> facts(FactKind kind) {
            return facts().stream().filter(fact -> fact.kind() == kind).toList();
        }

        List<String> sources() {
            return found.stream().map(fact -> "/" + fact.source().path()).toList();
        }
    }

    Guest file(String path, String... lines) {
        String text = String.join("\n", lines) + (lines.length == 0 ? "" : "\n");
        return file(path, ByteSources.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    Guest file(String path, byte[] content) {
        return file(path, ByteSources.of(content));
    }

    Guest file(String path, ByteSource content) {
        contents.put(path, content);
        return put(path, FileType.REGULAR, content.length(), "");
    }

    Guest link(String path, String target) {
        return put(path, FileType.SYMLINK, target.length(), target);
    }

    private Guest put(String path, FileType type, long size, String target) {
        RawName name = RawName.of(path);
        files.put(
                path,
                new FileRecord(
                        name,
                        files.size() + 1,
                        type,
                        0755,
                        0,
                        0,
                        1,
                        size,
                        TIMES,
                        Device.NONE,
                        RawName.of(target),
                        List.of(),
                        type == FileType.REGULAR
                                ? new Content.Encoded(ExtentMap.EMPTY)
                                : Content.NONE,
                        ContentFlags.PLAIN));
        return this;
    }

    /** Through the store's form and back. */
    Told told() throws IOException {
        FactCollection collection = new FactCollection(1 << 20, MemoryPool.unlimited());
        FileTableBuilder rows = new FileTableBuilder();
        VolumeFacts volume = collection.volume("1", new Files(), ByteSources.zeros(0), rows);
        for (FileRecord file : files.values()) {
            rows.add(file);
            volume.offer(file);
        }
        collection.collect();
        Map<ChunkId, ByteBuffer> chunks = new HashMap<>();
        FactTable table = collection.finish(chunks::put);
        List<FoundFact> found = new ArrayList<>();
        FactTableReader.forEach(
                table, id -> Objects.requireNonNull(chunks.get(id)).duplicate(), found::add);
        if (found.size() != table.count()) {
            throw new AssertionError(table + " has " + found.size());
        }
        return new Told(found, collection.warnings());
    }

    private final class Files implements FileSystem {
        @Override
        public String type() {
            return fileSystemType;
        }

        @Override
        public String label() {
            return "";
        }

        @Override
        public String uuid() {
            return "";
        }

        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public int blockSizeBytes() {
            return 4096;
        }

        @Override
        public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
            for (FileRecord file : files.values()) {
                visitor.visit(file);
            }
        }

        @Override
        public ByteSource content(FileRecord file, WorkBudget work) {
            return Objects.requireNonNull(contents.get(file.path().toString()));
        }
    }
}
