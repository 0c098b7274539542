package mirage.facts;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.ReadBudget;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FileTableBuilder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;

/** The files of one volume that may say something, and what they say. */
public final class VolumeFacts {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeFacts.class);

    private static final int MAX_TEXT_CHARS = 1000;

    private final String id;
    private final FileSystem fileSystem;
    private final ByteSource volume;
    private final WorkBudget decoding;
    private final Room room;
    private final boolean hasSubvolumes;
    private final FactTableBuilder facts;
    private final Warnings warnings;
    private final List<FactCollector> collectors = FactCollectors.ofVolume();
    private final List<Candidate> candidates = new ArrayList<>();
    private final LinkedFiles linked;
    private long leftOut;

    /** How many candidates all volumes of an image may keep: each costs memory until it is read. */
    static final class Room {
        /** A machine with everything installed has some ten thousand. */
        private static final int MAX_CANDIDATES = 100_000;

        /** Those behind links, found when nobody may wait for memory any more; a few thousand on such a machine. */
        private static final int MAX_FOLLOWED = 20_000;

        private static final int CANDIDATE_BYTES = 1000;

        private final MemoryPool.Share memory;
        private int left = MAX_CANDIDATES;
        private int leftToFollow = MAX_FOLLOWED;

        Room(MemoryPool.Share memory) {
            this.memory = memory;
        }

        private boolean take() throws InterruptedIOException {
            if (left == 0 || !memory.take(CANDIDATE_BYTES)) {
                return false;
            }
            left--;
            return true;
        }
    }

    VolumeFacts(
            String id,
            FileSystem fileSystem,
            ByteSource volume,
            FileTableBuilder files,
            WorkBudget decoding,
            Room room,
            FactTableBuilder facts,
            Warnings warnings) {
        this.id = id;
        this.fileSystem = fileSystem;
        this.volume = volume;
        this.decoding = decoding;
        this.room = room;
        this.hasSubvolumes = fileSystem.type().equals("btrfs");
        this.facts = facts;
        this.warnings = warnings;
        this.linked = new LinkedFiles(files, this::guestPath);
    }

    /** Offers the next file of the volume's walk; its content is not read yet. */
    public void offer(FileRecord file) throws InterruptedIOException {
        if (!Candidate.isPossible(file)) {
            return;
        }
        if (file.type() == FileType.SYMLINK) {
            linked.add(file);
        }
        try {
            ask(file);
        } catch (RuntimeException e) {
            // A collector with a defect must not cost a tenant the file table.
            LOG.error("a collector failed on the name {}", file.path(), e);
            leftOut++;
        }
    }

    private void ask(FileRecord file) throws InterruptedIOException {
        GuestPath path = guestPath(file.path());
        for (FactCollector collector : collectors) {
            if (collector.wants(path, file)) {
                keep(new Candidate(path, file, collector));
            }
        }
    }

    private GuestPath guestPath(RawName path) {
        String text = path.toString();
        return hasSubvolumes ? GuestPath.ofSubvolumes(text) : GuestPath.of(text);
    }

    private void keep(Candidate candidate) throws InterruptedIOException {
        if (room.take()) {
            candidates.add(candidate);
        } else {
            leftOut++;
        }
    }

    /** Reads what was offered and wanted. */
    void collect(ReadBudget budget) throws IOException {
        followLinks();
        if (leftOut > 0) {
            warnings.add(
                    "volume " + id + ": " + leftOut + " files that may tell facts are not read");
        }
        FactSink sink = new Sink();
        for (Candidate candidate : candidates) {
            collect(candidate, budget, sink);
        }
        collectors.forEach(collector -> finish(collector, sink));
        candidates.clear();
    }

    /** On a thread that must not wait for memory. */
    private void followLinks() throws IOException {
        try {
            List<Candidate> found = linked.follow(candidates, collectors, room.leftToFollow);
            room.leftToFollow -= found.size();
            leftOut += linked.leftOut();
            candidates.addAll(found);
        } catch (RuntimeException e) {
            LOG.error("links of volume {} cannot be followed", id, e);
            warnings.add("facts of volume " + id + ": links are not followed: " + e);
        }
    }

    private void collect(Candidate candidate, ReadBudget budget, FactSink sink) throws IOException {
        FileRecord file = candidate.file();
        try (ByteSource bytes = open(file)) {
            candidate
                    .collector()
                    .collect(new GuestFile(candidate.path(), file, bytes, budget), sink);
        } catch (FormatException | EOFException | WorkBudget.ExhaustedException e) {
            sink.warn(file.path(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // A collector with a defect must not cost a tenant an upload.
            LOG.error("{} failed on {}", candidate.collector(), file.path(), e);
            sink.warn(file.path(), "its reader failed: " + e);
        }
    }

    private void finish(FactCollector collector, FactSink sink) {
        try {
            collector.finish(sink);
        } catch (RuntimeException e) {
            LOG.error("{} failed at its end", collector, e);
            warnings.add("facts of volume " + id + ": a reader failed: " + e);
        }
    }

    private ByteSource open(FileRecord file) throws IOException {
        if (file.type() != FileType.REGULAR) {
            return ByteSources.zeros(0);
        }
        return switch (file.content()) {
            case Content.Inline inline ->
                    ByteSources.of(inline.bytes().toBytes())
                            .slice(0, Math.min(inline.bytes().length(), file.size()));
            case Content.Mapped mapped -> new MappedSource(volume, mapped.map(), file.size());
            case Content.Encoded _ -> fileSystem.content(file, decoding);
        };
    }

    private final class Sink implements FactSink {
        @Override
        public void add(RawName source, Fact fact) {
            facts.add(new FoundFact(new FactSource(id, source), bounded(fact)));
        }

        @Override
        public void warn(RawName source, String message) {
            warnings.add("facts of /" + source + " in volume " + id + ": " + message);
        }
    }

    private static Fact bounded(Fact fact) {
        if (fact.values().stream().allMatch(value -> value.length() <= MAX_TEXT_CHARS)) {
            return fact;
        }
        return fact.kind()
                .fact(
                        fact.values().stream()
                                .map(value ->
                                        value.substring(
                                                0, Math.min(value.length(), MAX_TEXT_CHARS)))
                                .toList());
    }
}
