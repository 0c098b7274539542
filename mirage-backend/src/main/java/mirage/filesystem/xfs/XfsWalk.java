package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem.FileVisitor;
import mirage.filesystem.FileType;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One walk through the tree, depth first, with the way back on a stack of its own. A directory is entered once, by the
 * first path that leads to it, so that neither a loop nor a second parent multiplies what is shown.
 */
final class XfsWalk {
    /** A path that is longer is left out with all below it; no system call takes more than 4096 bytes at once. */
    private static final int MAX_PATH_BYTES = 1 << 16;

    /** Names of all directories on the way to the current one: about 150 MiB. */
    private static final int MAX_HELD_ENTRIES = 2 << 20;

    /** Entries that make it worth while to read inodes ahead; fewer share the cached pieces. */
    private static final int LARGE_DIRECTORY = 4096;

    /** What showing a record costs besides its path, in the budget's bytes. */
    private static final int RECORD_COST = 256;

    private final XfsVolume volume;
    private final XfsInodeTable inodes;
    private final XfsFiles files;
    private final FileVisitor visitor;
    private final LongSet directories = new LongSet();
    private final Deque<Frame> stack = new ArrayDeque<>();
    private int heldEntries;

    /** A directory whose names are being walked. */
    private static final class Frame {
        final long inode;
        final RawName path;
        final List<XfsDirectory.Entry> entries;
        int next;

        Frame(long inode, RawName path, List<XfsDirectory.Entry> entries) {
            this.inode = inode;
            this.path = path;
            this.entries = entries;
        }
    }

    XfsWalk(XfsVolume volume, FileVisitor visitor) {
        this.volume = volume;
        this.inodes = new XfsInodeTable(volume);
        this.files = new XfsFiles(volume);
        this.visitor = visitor;
    }

    /**
     * @throws FormatException when there is no root directory, or the structures ask for too much work
     */
    void run() throws IOException {
        try {
            XfsInode root = inodes.read(volume.superblock().rootInode());
            if (!root.isDirectory()) {
                throw new FormatException("xfs root inode: a directory expected");
            }
            directories.add(root.number());
            enter(RawName.EMPTY, root);
            while (!stack.isEmpty()) {
                Frame frame = stack.peek();
                if (frame.next < frame.entries.size()) {
                    readAhead(frame);
                    follow(frame, frame.entries.get(frame.next++));
                } else {
                    stack.pop();
                    heldEntries -= frame.entries.size();
                }
            }
        } catch (WorkBudget.ExhaustedException e) {
            throw new FormatException("xfs " + e.getMessage(), e);
        }
    }

    /**
     * In a large directory the order of the names may have nothing to do with that of the inodes, and reading one piece
     * of the volume for each name would take long.
     */
    private void readAhead(Frame frame) throws IOException {
        int size = frame.entries.size();
        if (size < LARGE_DIRECTORY || frame.next % inodes.maxAhead() != 0) {
            return;
        }
        int end = Math.min(size, frame.next + inodes.maxAhead());
        inodes.readAhead(
                frame.entries.subList(frame.next, end).stream()
                        .mapToLong(XfsDirectory.Entry::inode)
                        .toArray());
    }

    private void follow(Frame frame, XfsDirectory.Entry entry) throws IOException {
        int pathBytes = frame.path.length() + 1 + entry.name().length();
        volume.charge(RECORD_COST + pathBytes);
        if (pathBytes > MAX_PATH_BYTES) {
            volume.warn(
                    "directory inode "
                            + frame.inode
                            + ": a path of "
                            + pathBytes
                            + " bytes is left out");
            return;
        }
        XfsInode inode = read(frame, entry);
        if (inode == null) {
            return;
        }
        RawName path = frame.path.child(entry.name());
        if (inode.isDirectory()) {
            enter(path, inode);
        } else {
            visitor.visit(files.describe(path, inode));
        }
    }

    /** The inode of an entry; null, after a warning, when there is nothing to show. */
    private @Nullable XfsInode read(Frame frame, XfsDirectory.Entry entry) throws IOException {
        String problem;
        try {
            XfsInode inode = inodes.read(entry.inode());
            problem = problem(inode);
            if (problem == null) {
                return inode;
            }
        } catch (FormatException e) {
            problem = "cannot be read: " + e.getMessage();
        }
        volume.warn(where(frame, entry) + " " + problem);
        return null;
    }

    private @Nullable String problem(XfsInode inode) {
        if (inode.links() == 0) {
            return "is free, or waits for its last user to close it";
        }
        FileType type = inode.type();
        if (type == null) {
            return "has no type that exists";
        }
        if (type == FileType.DIRECTORY && !directories.add(inode.number())) {
            return "is a directory that was entered already: a loop, or a second parent";
        }
        return null;
    }

    private static String where(Frame frame, XfsDirectory.Entry entry) {
        return "directory inode " + frame.inode + ": an entry's inode " + entry.inode();
    }

    private void enter(RawName path, XfsInode inode) throws IOException {
        FileRecord directory = files.describe(path, inode);
        XfsDirectory.Listing listing =
                XfsDirectory.read(
                        volume, inode, directory.content(), MAX_HELD_ENTRIES - heldEntries);
        visitor.visit(listing.damaged() ? XfsFiles.damaged(directory) : directory);
        heldEntries += listing.entries().size();
        stack.push(new Frame(inode.number(), path, listing.entries()));
    }
}
