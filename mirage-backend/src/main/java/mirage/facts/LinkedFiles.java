package mirage.facts;

import mirage.facts.collect.FactCollector;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.SymbolicLinks;
import mirage.manifest.FileTableBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds what collectors look for behind symbolic links, as the running system would: the files that links lead to which a
 * collector wants, and the files of collectors' places that are elsewhere because a directory on the way is a link.
 *
 * <p>Links are noted while the tree is walked; where they lead is looked up in the rows of the file table afterwards,
 * because a target may come before its link or after it. A file that its collector also finds where it lies is
 * not told twice. Links, the names on their ways and the files below places are bounded, whatever the tree is.
 */
final class LinkedFiles {
    /** A machine with everything installed has 50,000 of some 100 bytes. */
    private static final int MAX_LINK_BYTES = 16 << 20;

    /** What one link takes in memory beside its names. */
    private static final int LINK_BYTES = 150;

    private static final long MAX_STEPS = 1 << 20;
    private static final int MAX_FILES_BELOW = 1 << 20;

    /** Systems in one volume: snapshots of one in subvolumes. Links of more are not followed. */
    private static final int MAX_ROOTS = 8;

    private final FileTableBuilder files;
    private final Function<RawName, GuestPath> paths;
    private final SymbolicLinks links = new SymbolicLinks(MAX_STEPS);
    private final Set<RawName> roots = new LinkedHashSet<>(Set.of(RawName.EMPTY));
    private long linkBytes;
    private int filesBelow;
    private int room;
    private long leftOut;

    private record Way(Candidate link, RawName target) {}

    private record Taken(FactCollector collector, RawName file) {}

    /**
     * @param files the rows of the volume's table, complete when {@link #follow} is called
     * @param paths what a path in the volume is to the system in it
     */
    LinkedFiles(FileTableBuilder files, Function<RawName, GuestPath> paths) {
        this.files = files;
        this.paths = paths;
    }

    /** Notes a link of the volume. */
    void add(FileRecord link) {
        linkBytes += LINK_BYTES + link.path().length() + link.linkTarget().length();
        if (linkBytes <= MAX_LINK_BYTES) {
            links.add(link.path(), link.linkTarget());
        }
    }

    /**
     * What is found by following links, for each of the collectors.
     *
     * @param wanted what was found without
     * @param most how many are given at the most
     */
    List<Candidate> follow(
            Collection<Candidate> wanted, Collection<FactCollector> collectors, int most)
            throws IOException {
        room = most;
        if (links.isEmpty()) {
            return List.of();
        }
        for (Candidate candidate : wanted) {
            if (roots.size() < MAX_ROOTS) {
                roots.add(candidate.path().root());
            }
        }
        List<Candidate> below = new ArrayList<>();
        for (FactCollector collector : collectors) {
            for (String place : collector.places()) {
                for (RawName root : roots) {
                    addFilesOf(place, root, collector, below);
                }
            }
        }
        List<Candidate> wantedLinks = new ArrayList<>();
        addLinks(wanted, wantedLinks);
        addLinks(below, wantedLinks);
        List<Candidate> found = new ArrayList<>(below);
        found.addAll(targets(wantedLinks));
        return found;
    }

    /** What the collector wants of a place, when that is somewhere else. */
    private void addFilesOf(
            String place, RawName root, FactCollector collector, List<Candidate> found)
            throws IOException {
        RawName path = RawName.of(place);
        RawName directory = links.resolve(root, path);
        if (directory == null || directory.equals(root.child(path))) {
            return;
        }
        int skipped = directory.isEmpty() ? 0 : directory.toString().length() + 1;
        files.forEachBelow(
                directory,
                file -> {
                    if (!file.path().equals(directory) && Candidate.isPossible(file)) {
                        String rest = file.path().toString().substring(skipped);
                        GuestPath wanted = GuestPath.of(place + "/" + rest);
                        if (isNew(collector, wanted, file)) {
                            addWithin(found, new Candidate(wanted, file, collector));
                        }
                    }
                    return ++filesBelow < MAX_FILES_BELOW;
                });
    }

    private void addWithin(List<Candidate> found, Candidate candidate) {
        if (room == 0) {
            leftOut++;
            return;
        }
        room--;
        found.add(candidate);
    }

    /** How many there were no room for. */
    long leftOut() {
        return leftOut;
    }

    private static void addLinks(Collection<Candidate> candidates, List<Candidate> found) {
        for (Candidate candidate : candidates) {
            if (candidate.file().type() == FileType.SYMLINK) {
                found.add(candidate);
            }
        }
    }

    /** The regular files that links lead to, each once for a collector. */
    private List<Candidate> targets(List<Candidate> wantedLinks) throws IOException {
        List<Way> ways = new ArrayList<>();
        for (Candidate link : wantedLinks) {
            RawName path = link.file().path();
            RawName root = paths.apply(path).root();
            RawName below =
                    root.isEmpty()
                            ? path
                            : RawName.of(
                                    path.toBytes(), root.length(), path.length() - root.length());
            RawName target = links.resolve(root, below);
            if (target != null) {
                ways.add(new Way(link, target));
            }
        }
        Map<RawName, FileRecord> there = files.find(ways.stream().map(Way::target).toList());
        List<Candidate> found = new ArrayList<>();
        Set<Taken> taken = new HashSet<>();
        for (Way way : ways) {
            Candidate link = way.link();
            FileRecord file = there.get(way.target());
            if (file != null
                    && file.type() == FileType.REGULAR
                    && Candidate.isPossible(file)
                    && isNew(link.collector(), link.path(), file)
                    && taken.add(new Taken(link.collector(), file.path()))) {
                addWithin(found, new Candidate(link.path(), file, link.collector()));
            }
        }
        return found;
    }

    /** Whether a collector wants a file by another path, and not by its own. */
    private boolean isNew(FactCollector collector, GuestPath path, FileRecord file) {
        return collector.wants(path, file) && !collector.wants(paths.apply(file.path()), file);
    }
}
