package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.SoftCache;
import mirage.filesystem.walk.DirectoryEntry;
import mirage.filesystem.walk.DirectoryListing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the inode of a record that a walk showed: by the export table, which has a reference for each inode number, or
 * without one, or when it is wrong, by the path. Safe for use by many threads.
 */
final class SquashfsLookup {
    private static final int REFERENCE_BYTES = 8;

    /** Files are mostly asked for in the order of the walk: one directory after the other. */
    private static final int MAX_KEPT = 4;

    private static final int MAX_KEPT_ENTRIES = 1 << 16;
    private static final int ENTRY_COST = 256;
    private static final int MAX_ENTRIES = 2 << 20;

    private final SoftCache<RawName, List<DirectoryEntry>> kept = new SoftCache<>(MAX_KEPT);

    /**
     * @throws FormatException when there is no such file
     */
    SquashfsInode find(SquashfsVolume volume, FileRecord file) throws IOException {
        SquashfsInode inode = byNumber(volume, file);
        if (inode == null) {
            inode = byPath(volume, file.path());
        }
        if (!isOf(inode, file)) {
            throw new FormatException(
                    "squashfs: no file of inode "
                            + file.inode()
                            + " and "
                            + file.size()
                            + " bytes is at "
                            + file.path());
        }
        return inode;
    }

    private static boolean isOf(SquashfsInode inode, FileRecord file) {
        return inode.number() == file.inode()
                && inode.type() == FileType.REGULAR
                && inode.size() == file.size();
    }

    private static @Nullable SquashfsInode byNumber(SquashfsVolume volume, FileRecord file)
            throws IOException {
        SquashfsSuperblock superblock = volume.superblock();
        if (superblock.exportTable() == SquashfsSuperblock.ABSENT) {
            return null;
        }
        LookupTable references =
                new LookupTable(
                        "export table",
                        superblock.exportTable(),
                        superblock.inodeCount(),
                        REFERENCE_BYTES);
        try {
            long reference = references.entry(volume, file.inode() - 1).s64(0);
            SquashfsInode inode = SquashfsInode.read(volume, reference);
            return isOf(inode, file) ? inode : null;
        } catch (FormatException e) {
            // The path leads to it, or says what is wrong.
            return null;
        }
    }

    private synchronized SquashfsInode byPath(SquashfsVolume volume, RawName path)
            throws IOException {
        SquashfsInode inode = SquashfsInode.readRoot(volume);
        byte[] bytes = path.toBytes();
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '/') {
                end++;
            }
            RawName directory = RawName.of(bytes, 0, Math.max(0, start - 1));
            RawName name = RawName.of(bytes, start, end - start);
            inode = SquashfsInode.read(volume, reference(volume, directory, inode, name));
            start = end + 1;
        }
        return inode;
    }

    private long reference(
            SquashfsVolume volume, RawName path, SquashfsInode directory, RawName name)
            throws IOException {
        List<DirectoryEntry> entries = kept.get(path);
        if (entries == null) {
            entries = list(volume, directory).entries();
            // Its blocks may be at hand, and cost nothing: taking them apart does.
            volume.charge((long) ENTRY_COST * entries.size());
            if (entries.size() <= MAX_KEPT_ENTRIES) {
                kept.put(path, entries);
            }
        }
        int index =
                Collections.binarySearch(
                        entries,
                        new DirectoryEntry(0, name),
                        Comparator.comparing(DirectoryEntry::name));
        if (index < 0) {
            throw new FormatException("squashfs: nothing is at " + path.child(name));
        }
        return entries.get(index).file();
    }

    private static DirectoryListing list(SquashfsVolume volume, SquashfsInode directory)
            throws IOException {
        if (directory.type() != FileType.DIRECTORY) {
            throw new FormatException(
                    "squashfs inode " + directory.number() + ": a directory expected");
        }
        return SquashfsDirectory.read(volume, directory, MAX_ENTRIES);
    }
}
