package mirage.manifest;

import mirage.bytes.ExtentMap;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * File table block, version 1 ({@code docs/format/file-table.md}). Lies in the store as a chunk, whose id checks it.
 * <pre>
 *   block    = framing header "MFTB", count:varint column{6}
 *   column   = length:varint bytes
 *   columns  : names (path front-coded against the one before, link target, attributes)
 *              inodes (number as difference, type and flags, mode, owner, links, size, device)
 *              times   (four, the first three as differences to the modification time)
 *              extents (as differences)   inline (bytes kept in the inode)   digests (32 bytes each)
 * </pre>
 * Columns, because each compresses better beside its like, and because the digests come last in time: a table is
 * written while the files are walked and their contents are digested afterwards.
 */
final class FileTableFormat {
    /** Of the header: a file's extents may be those of its encoded bytes. */
    private static final int MAY_BE_ENCODED = 1;

    private static final BlobFraming FRAMING = new BlobFraming("MFTB", 1, MAY_BE_ENCODED);

    private static final int HAS_CONTENT = 1;
    private static final int INLINE = 2;
    private static final int ENCRYPTED = 4;
    private static final int DAMAGED = 8;
    private static final int HAS_XATTRS = 16;
    private static final int HAS_TARGET = 32;
    private static final int HAS_DEVICE = 64;
    private static final int CREATED_KNOWN = 128;

    /** In the byte of the type; only in blocks whose header says so. */
    private static final int ENCODED = 128;

    private FileTableFormat() {}

    /** A block while it is being written. */
    static final class BlockWriter {
        private final ByteWriter names = new ByteWriter();
        private final ByteWriter inodes = new ByteWriter();
        private final ByteWriter times = new ByteWriter();
        private final ByteWriter extents = new ByteWriter();
        private final ByteWriter inline = new ByteWriter();
        private RawName firstPath = RawName.EMPTY;
        private byte[] lastPath = new byte[0];
        private long lastInode;
        private long lastTarget;
        private boolean hasEncoded;
        private int count;

        int count() {
            return count;
        }

        /** Of all columns. */
        int sizeBytes() {
            return names.size() + inodes.size() + times.size() + extents.size() + inline.size();
        }

        /** Of the first file; empty of a block without files. */
        RawName firstPath() {
            return firstPath;
        }

        /** What was added so far. */
        List<FileRecord> files() throws IOException {
            BlockReader reader =
                    new BlockReader(
                            reader("names", names),
                            reader("inodes", inodes),
                            reader("times", times),
                            reader("extents", extents),
                            reader("inline", inline));
            List<FileRecord> files = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                files.add(reader.next());
            }
            return files;
        }

        private static ByteReader reader(String name, ByteWriter column) {
            return new ByteReader(name, column.toBuffer());
        }

        /** Adds a file; its flag for a digest is decided when the block is closed. */
        void add(FileRecord file) {
            firstPath = count == 0 ? file.path() : firstPath;
            count++;
            writeNames(file);
            writeInode(file);
            writeTimes(file.times());
            switch (file.content()) {
                case Content.Mapped mapped -> writeExtents(mapped.map());
                case Content.Encoded encoded -> {
                    hasEncoded = true;
                    writeExtents(encoded.stored());
                }
                case Content.Inline bytes -> inline.lengthPrefixed(bytes.bytes().toBytes());
            }
        }

        /**
         * @param contents digest of each file in order, or null
         */
        ByteBuffer close(List<? extends @Nullable ChunkId> contents) {
            ByteWriter digests = new ByteWriter();
            for (ChunkId content : contents) {
                digests.u8(content == null ? 0 : HAS_CONTENT);
            }
            for (ChunkId content : contents) {
                if (content != null) {
                    digests.bytes(content.toBytes());
                }
            }
            int flags = hasEncoded ? MAY_BE_ENCODED : 0;
            ByteWriter block = new ByteWriter().bytes(FRAMING.header(flags, 0)).varint(count);
            for (ByteWriter column : List.of(names, inodes, times, extents, inline, digests)) {
                ByteBuffer bytes = column.toBuffer();
                block.varint(bytes.remaining()).bytes(bytes);
            }
            return block.toBuffer();
        }

        private void writeNames(FileRecord file) {
            byte[] path = file.path().toBytes();
            int shared = 0;
            while (shared < path.length
                    && shared < lastPath.length
                    && path[shared] == lastPath[shared]) {
                shared++;
            }
            names.varint(shared).varint(path.length - shared);
            names.bytes(Arrays.copyOfRange(path, shared, path.length));
            lastPath = path;
            if (!file.linkTarget().isEmpty()) {
                names.lengthPrefixed(file.linkTarget().toBytes());
            }
            if (!file.xattrs().isEmpty()) {
                names.varint(file.xattrs().size());
                for (ExtendedAttribute xattr : file.xattrs()) {
                    names.lengthPrefixed(xattr.name().toBytes())
                            .lengthPrefixed(xattr.value().toBytes());
                }
            }
        }

        private void writeInode(FileRecord file) {
            int flags = file.content() instanceof Content.Inline ? INLINE : 0;
            flags |= file.flags().encrypted() ? ENCRYPTED : 0;
            flags |= file.flags().damaged() ? DAMAGED : 0;
            flags |= file.xattrs().isEmpty() ? 0 : HAS_XATTRS;
            flags |= file.linkTarget().isEmpty() ? 0 : HAS_TARGET;
            flags |= file.device().equals(Device.NONE) ? 0 : HAS_DEVICE;
            flags |= file.times().created().equals(Time.UNKNOWN) ? 0 : CREATED_KNOWN;
            int type = file.type().ordinal();
            type |= file.content() instanceof Content.Encoded ? ENCODED : 0;
            inodes.u8(flags).u8(type).signedVarint(file.inode() - lastInode);
            inodes.varint(file.mode()).varint(file.uid()).varint(file.gid());
            inodes.varint(file.links()).varint(file.size());
            if ((flags & HAS_DEVICE) != 0) {
                inodes.varint(file.device().major()).varint(file.device().minor());
            }
            lastInode = file.inode();
        }

        private void writeTimes(FileTimes all) {
            writeTime(all.modified(), 0);
            writeTime(all.changed(), all.modified().seconds());
            writeTime(all.accessed(), all.modified().seconds());
            if (!all.created().equals(Time.UNKNOWN)) {
                writeTime(all.created(), all.modified().seconds());
            }
        }

        private void writeTime(Time time, long base) {
            times.signedVarint(time.seconds() - base).varint(time.nanoseconds());
        }

        private void writeExtents(ExtentMap map) {
            extents.varint(map.runCount());
            long end = 0;
            for (int i = 0; i < map.runCount(); i++) {
                ExtentMap.Run run = map.run(i);
                extents.varint(run.offset() - end)
                        .varint(run.length())
                        .signedVarint(run.target() - lastTarget);
                end = run.end();
                lastTarget = run.target() + run.length();
            }
        }
    }

    static List<FileEntry> decode(ChunkId block, ByteBuffer content) throws IOException {
        String what = "file table block " + block;
        ByteReader in = FRAMING.body(what, content);
        int count = in.count(1, "entries");
        BlockReader reader =
                new BlockReader(
                        column(in, "names"),
                        column(in, "inodes"),
                        column(in, "times"),
                        column(in, "extents"),
                        column(in, "inline"));
        ByteReader digests = column(in, "digests");
        in.expectEnd();
        byte[] hasContent = digests.bytes(count);
        List<FileEntry> entries = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                ChunkId digest =
                        hasContent[i] == 0 ? null : ChunkId.ofDigest(digests.bytes(ChunkId.BYTES));
                entries.add(new FileEntry(reader.next(), digest));
            }
        } catch (IllegalArgumentException e) {
            throw in.corrupt("entry " + entries.size() + ": " + e.getMessage());
        }
        return entries;
    }

    private static ByteReader column(ByteReader in, String name) throws IOException {
        return in.sub(name, in.boundedVarint(0, in.remaining(), name));
    }

    private static final class BlockReader {
        private final ByteReader names;
        private final ByteReader inodes;
        private final ByteReader times;
        private final ByteReader extents;
        private final ByteReader inline;
        private byte[] lastPath = new byte[0];
        private long lastInode;
        private long lastTarget;

        BlockReader(
                ByteReader names,
                ByteReader inodes,
                ByteReader times,
                ByteReader extents,
                ByteReader inline) {
            this.names = names;
            this.inodes = inodes;
            this.times = times;
            this.extents = extents;
            this.inline = inline;
        }

        FileRecord next() throws IOException {
            int flags = inodes.u8();
            int typeAndForm = inodes.u8();
            int type = typeAndForm & ~ENCODED;
            if (type >= FileType.values().length) {
                throw inodes.corrupt("file type " + type);
            }
            lastInode += inodes.signedVarint();
            int mode = inodes.boundedVarint(0, 0xfff, "mode");
            long uid = inodes.varint();
            long gid = inodes.varint();
            long links = inodes.varint();
            long size = inodes.varint();
            Device device =
                    (flags & HAS_DEVICE) == 0
                            ? Device.NONE
                            : new Device(
                                    inodes.boundedVarint(0, Integer.MAX_VALUE, "major"),
                                    inodes.boundedVarint(0, Integer.MAX_VALUE, "minor"));
            RawName path = readPath();
            RawName target =
                    (flags & HAS_TARGET) == 0 ? RawName.EMPTY : RawName.of(names.lengthPrefixed());
            return new FileRecord(
                    path,
                    lastInode,
                    FileType.values()[type],
                    mode,
                    uid,
                    gid,
                    links,
                    size,
                    readTimes((flags & CREATED_KNOWN) != 0),
                    device,
                    target,
                    (flags & HAS_XATTRS) == 0 ? List.of() : readXattrs(),
                    readContent((flags & INLINE) != 0, (typeAndForm & ENCODED) != 0),
                    new ContentFlags((flags & ENCRYPTED) != 0, (flags & DAMAGED) != 0));
        }

        private RawName readPath() throws IOException {
            int shared = names.boundedVarint(0, lastPath.length, "shared prefix");
            int rest = names.boundedVarint(0, names.remaining(), "name");
            byte[] path = Arrays.copyOf(lastPath, shared + rest);
            System.arraycopy(names.bytes(rest), 0, path, shared, rest);
            lastPath = path;
            return RawName.of(path);
        }

        private List<ExtendedAttribute> readXattrs() throws IOException {
            int count = names.count(2, "attributes");
            List<ExtendedAttribute> xattrs = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                xattrs.add(
                        new ExtendedAttribute(
                                RawName.of(names.lengthPrefixed()),
                                RawName.of(names.lengthPrefixed())));
            }
            return xattrs;
        }

        private FileTimes readTimes(boolean createdKnown) throws IOException {
            Time modified = readTime(0);
            Time changed = readTime(modified.seconds());
            Time accessed = readTime(modified.seconds());
            Time created = createdKnown ? readTime(modified.seconds()) : Time.UNKNOWN;
            return new FileTimes(accessed, modified, changed, created);
        }

        private Time readTime(long base) throws IOException {
            return new Time(
                    base + times.signedVarint(),
                    times.boundedVarint(0, 999_999_999, "nanoseconds"));
        }

        private Content readContent(boolean isInline, boolean isEncoded) throws IOException {
            if (isInline) {
                return new Content.Inline(RawName.of(inline.lengthPrefixed()));
            }
            ExtentMap map = readExtents();
            if (isEncoded) {
                return new Content.Encoded(map);
            }
            return map.runCount() == 0 ? Content.NONE : new Content.Mapped(map);
        }

        private ExtentMap readExtents() throws IOException {
            int count = extents.count(3, "extents");
            ExtentMap.Builder map = new ExtentMap.Builder();
            for (int i = 0; i < count; i++) {
                long offset = map.end() + extents.varint();
                long length = extents.varint();
                lastTarget += extents.signedVarint();
                map.add(offset, length, lastTarget);
                lastTarget += length;
            }
            return map.build();
        }
    }
}
