package mirage.filesystem.walk;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem.FileVisitor;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One walk through a tree, depth first, with the way back on a stack of its own, as {@link
 * mirage.filesystem.FileSystem#walk} promises it. A directory is entered once, by the first path that leads to it, so
 * that neither a loop nor a second parent multiplies what is shown.
 *
 * <p>Depth is bounded by the length of paths, breadth by how many entries are held, and all of it by the budget of the
 * {@link VolumeReader}.
 *
 * @param <F> what the format knows of one file before it is described
 */
public final class TreeWalk<F> {
    /** A path that is longer is left out with all below it; no system call takes more than 4096 bytes at once. */
    private static final int MAX_PATH_BYTES = 1 << 16;

    /** Names of all directories on the way to the current one, if there is memory for them. */
    private static final int MAX_HELD_ENTRIES = 2 << 20;

    /** Entries that make it worth while to read files ahead; fewer share the cached pieces. */
    private static final int LARGE_DIRECTORY = 4096;

    /** Of records that wait for their turn beside the names, on the way to the current directory. */
    private static final long MAX_WAITING_BYTES = 16 << 20;

    /** What showing a record costs besides its path, in the budget's bytes. */
    private static final int RECORD_COST = 256;

    private final VolumeReader volume;
    private final FileTree<F> tree;
    private final FileVisitor visitor;
    private final LongSet directories = new LongSet();
    private final LinkedFiles linked = new LinkedFiles();
    private final Deque<Frame> stack = new ArrayDeque<>();
    private int heldEntries;
    private long waitingBytes;

    /** The path of the directory on top of the stack. The others' are its beginnings, and not held. */
    private RawName path = RawName.EMPTY;

    /** A directory whose names are being walked. */
    private static final class Frame {
        final long number;
        final int pathBytes;
        final DirectoryListing listing;
        final List<DirectoryEntry> entries;
        final WaitingRecords waiting = new WaitingRecords();
        int next;

        Frame(long number, int pathBytes, DirectoryListing listing) {
            this.number = number;
            this.pathBytes = pathBytes;
            this.listing = listing;
            this.entries = listing.entries();
        }
    }

    public TreeWalk(VolumeReader volume, FileTree<F> tree, FileVisitor visitor) {
        this.volume = volume;
        this.tree = tree;
        this.visitor = visitor;
    }

    /**
     * Walks. To be called once.
     *
     * @throws FormatException when there is no root directory, or the structures ask for too much work
     */
    public void run() throws IOException {
        try {
            F root = tree.root();
            directories.add(tree.number(root));
            enter(RawName.EMPTY, root);
            while (!stack.isEmpty()) {
                Frame frame = stack.peek();
                if (frame.next < frame.entries.size()) {
                    readAhead(frame);
                    follow(frame, frame.entries.get(frame.next++));
                } else {
                    leave(frame);
                }
            }
        } catch (WorkBudget.ExhaustedException e) {
            throw new FormatException(volume.format() + " " + e.getMessage(), e);
        } finally {
            stack.forEach(frame -> frame.listing.release(volume));
            volume.beginMap();
        }
    }

    /**
     * In a large directory the order of the names may have nothing to do with that of the files, and reading one piece
     * of the volume for each name would take long.
     */
    private void readAhead(Frame frame) throws IOException {
        int size = frame.entries.size();
        int atOnce = tree.maxAhead();
        if (size < LARGE_DIRECTORY || atOnce == 0 || frame.next % atOnce != 0) {
            return;
        }
        int end = Math.min(size, frame.next + atOnce);
        tree.readAhead(
                frame.entries.subList(frame.next, end).stream()
                        .mapToLong(DirectoryEntry::file)
                        .toArray());
    }

    private void follow(Frame frame, DirectoryEntry entry) throws IOException {
        int pathBytes = frame.pathBytes + 1 + entry.name().length();
        volume.charge(RECORD_COST + pathBytes);
        if (pathBytes > MAX_PATH_BYTES) {
            volume.warn(
                    "directory inode "
                            + frame.number
                            + ": a path of "
                            + pathBytes
                            + " bytes is left out");
            return;
        }
        F file = read(frame, entry);
        if (file == null) {
            return;
        }
        RawName at = path.child(entry.name());
        if (!frame.waiting.isEmpty()) {
            showWaiting(frame, at);
        }
        if (tree.isDirectory(file)) {
            enter(at, file);
        } else {
            FileRecord described = describe(at, file);
            visitor.visit(described);
            keepBeside(frame, described, file);
        }
    }

    /** Shows what waits and comes before a path, which a file has. */
    private void showWaiting(Frame frame, RawName path) throws IOException {
        for (FileRecord file = frame.waiting.takeUpTo(path);
                file != null;
                file = frame.waiting.takeUpTo(path)) {
            if (file.path().equals(path)) {
                volume.warn("inode " + file.inode() + ": two files by one name: " + path);
                waitingBytes -= WaitingRecords.bytes(file);
            } else {
                show(file);
            }
        }
    }

    private void show(FileRecord waited) throws IOException {
        waitingBytes -= WaitingRecords.bytes(waited);
        visitor.visit(waited);
    }

    private void keepBeside(Frame frame, FileRecord described, F file) throws IOException {
        for (FileRecord further : tree.beside(described, file)) {
            volume.charge(RECORD_COST + further.path().length());
            long bytes = WaitingRecords.bytes(further);
            if (bytes > MAX_WAITING_BYTES - waitingBytes) {
                volume.warn("inode " + further.inode() + ": too many files beside it to keep");
                return;
            }
            waitingBytes += bytes;
            frame.waiting.add(further);
        }
    }

    /** The file of an entry; null, after a warning, when there is nothing to show. */
    private @Nullable F read(Frame frame, DirectoryEntry entry) throws IOException {
        String problem;
        try {
            F file = tree.read(entry.file());
            String oddity = tree.oddity(file);
            if (oddity != null) {
                volume.warn(where(frame, entry) + " " + oddity);
            }
            problem = problem(file);
            if (problem == null) {
                return file;
            }
        } catch (FormatException e) {
            problem = "cannot be read: " + e.getMessage();
        }
        volume.warn(where(frame, entry) + " " + problem);
        return null;
    }

    private @Nullable String problem(F file) {
        String problem = tree.problem(file);
        if (problem == null && tree.isDirectory(file) && !directories.add(tree.number(file))) {
            return "is a directory that was entered already: a loop, or a second parent";
        }
        return problem;
    }

    private static String where(Frame frame, DirectoryEntry entry) {
        return "directory inode "
                + frame.number
                + ": an entry's inode "
                + Long.toUnsignedString(entry.file());
    }

    private FileRecord describe(RawName name, F file) throws IOException {
        FileRecord known = linked.find(tree.number(file), name);
        if (known != null) {
            return known;
        }
        FileRecord described = tree.describe(name, file);
        linked.keep(tree.number(file), described);
        return described;
    }

    private void enter(RawName directory, F file) throws IOException {
        FileRecord described = tree.describe(directory, file);
        DirectoryListing listing = tree.list(file, described, MAX_HELD_ENTRIES - heldEntries);
        visitor.visit(listing.damaged() ? described.asDamaged() : described);
        heldEntries += listing.entries().size();
        Frame frame = new Frame(tree.number(file), directory.length(), listing);
        keepBeside(stack.isEmpty() ? frame : stack.peek(), described, file);
        stack.push(frame);
        path = directory;
    }

    private void leave(Frame frame) throws IOException {
        for (FileRecord file = frame.waiting.take(); file != null; file = frame.waiting.take()) {
            show(file);
        }
        stack.pop();
        heldEntries -= frame.entries.size();
        frame.listing.release(volume);
        path = stack.isEmpty() ? RawName.EMPTY : path.prefix(stack.peek().pathBytes);
    }
}
