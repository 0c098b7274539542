package mirage.filesystem.squashfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import java.io.IOException;

/** Makes file records of inodes. What is damaged is left out with a warning and flagged. */
final class SquashfsFiles {
    private static final int ID_BYTES = 4;

    private final SquashfsVolume volume;
    private final SquashfsAttributes attributes;
    private final LookupTable ids;

    /** Where the content is. */
    private record Body(Content content, boolean damaged) {
        static final Body NONE = new Body(Content.NONE, false);
        static final Body LEFT_OUT = new Body(Content.NONE, true);
    }

    SquashfsFiles(SquashfsVolume volume) throws IOException {
        this.volume = volume;
        this.attributes = SquashfsAttributes.open(volume);
        SquashfsSuperblock superblock = volume.superblock();
        this.ids =
                new LookupTable("id table", superblock.idTable(), superblock.idCount(), ID_BYTES);
    }

    /** The owner and the group too are in tables: an inode that is outside them is refused. */
    FileRecord describe(RawName path, SquashfsInode inode) throws IOException {
        Body body = inode.type() == FileType.REGULAR ? body(inode) : Body.NONE;
        Time time = new Time(inode.seconds(), 0);
        long uid = id(inode, inode.uid());
        long gid = id(inode, inode.gid());
        return new FileRecord(
                path,
                inode.number(),
                inode.type(),
                inode.mode(),
                uid < 0 ? 0 : uid,
                gid < 0 ? 0 : gid,
                inode.links(),
                inode.size(),
                new FileTimes(time, time, time, Time.UNKNOWN),
                inode.device(),
                inode.target(),
                attributes.read(inode),
                body.content,
                new ContentFlags(false, body.damaged || uid < 0 || gid < 0));
    }

    /** Negative, after a warning, when there is none. */
    private long id(SquashfsInode inode, int index) throws IOException {
        try {
            return ids.entry(volume, index).u32(0);
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
            return -1;
        }
    }

    private Body body(SquashfsInode inode) throws IOException {
        try {
            return new Body(content(inode.blocks()), false);
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
            return Body.LEFT_OUT;
        }
    }

    private Content content(SquashfsBlocks blocks) throws IOException {
        long stored = blocks.storedLength();
        requireHeld(blocks.start(), stored);
        if (blocks.tailLength() == 0) {
            return blocks.arePlain()
                    ? content(blocks.plainMap())
                    : new Content.Encoded(stored(blocks).build());
        }
        Fragment fragment = Fragment.read(volume, blocks.tail().fragment());
        requireHeld(fragment.start(), fragment.storedBytes());
        if (fragment.isPlain()
                && blocks.tail().offset() + blocks.tailLength() > fragment.storedBytes()) {
            throw new FormatException(
                    blocks.tailLength()
                            + " bytes expected at "
                            + blocks.tail().offset()
                            + " of a fragment of "
                            + fragment.storedBytes());
        }
        if (blocks.arePlain() && fragment.isPlain()) {
            return content(
                    blocks.plainMap()
                            .add(
                                    blocks.fileSize() - blocks.tailLength(),
                                    blocks.tailLength(),
                                    fragment.start() + blocks.tail().offset()));
        }
        ExtentMap.Builder both = stored(blocks);
        if (fragment.storedBytes() > 0) {
            both.add(stored, fragment.storedBytes(), fragment.start());
        }
        return new Content.Encoded(both.build());
    }

    /** Where the blocks lie: nowhere, when each of them says that it takes no bytes. */
    private static ExtentMap.Builder stored(SquashfsBlocks blocks) {
        ExtentMap.Builder map = new ExtentMap.Builder();
        return blocks.storedLength() == 0 ? map : map.add(0, blocks.storedLength(), blocks.start());
    }

    private static Content content(ExtentMap.Builder map) {
        return map.runCount() == 0 ? Content.NONE : new Content.Mapped(map.build());
    }

    private void requireHeld(long start, long length) throws FormatException {
        if (length > 0 && !volume.holds(start, length)) {
            throw new FormatException(
                    length + " bytes at " + start + " are outside the volume or file system");
        }
    }

    /**
     * A block that the ends of files share. "Fragment Table".
     *
     * @param start place in the volume
     * @param word its stored length and how it is stored
     */
    record Fragment(long start, int word) {
        private static final int ENTRY_BYTES = 16;

        static Fragment read(SquashfsVolume volume, long index) throws IOException {
            SquashfsSuperblock superblock = volume.superblock();
            StructReader entry =
                    new LookupTable(
                                    "fragment table",
                                    superblock.fragmentTable(),
                                    superblock.fragmentCount(),
                                    ENTRY_BYTES)
                            .entry(volume, index);
            Fragment fragment = new Fragment(entry.s64(0), entry.s32(8));
            entry.require(
                    fragment.start >= 0
                            && fragment.word >>> 25 == 0
                            && fragment.storedBytes() <= superblock.blockSize(),
                    "size",
                    8,
                    "up to " + superblock.blockSize(),
                    fragment.storedBytes());
            return fragment;
        }

        int storedBytes() {
            return SquashfsBlocks.storedBytes(word);
        }

        boolean isPlain() {
            return (word & SquashfsBlocks.PLAIN) != 0;
        }
    }
}
