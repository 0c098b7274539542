package mirage.pack;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.Checksum;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;
import mirage.codec.Zstd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Pack, version 1: many chunks in one immutable blob. {@code docs/format/pack.md} has the rules and the reasons.
 * Integers are big-endian.
 * <pre>
 *   pack   = header frame* table footer
 *   header = framing header, magic "MPCK", version 1, no flags
 *   frame  = content of neighbouring chunks, concatenated: one zstd frame, or as it is
 *   table  = section of:
 *              salt:16 frameCount:varint chunkCount:varint
 *              (stored:varint chunks:varint storedCrc32c:u32 contentCrc32c:u32)*frameCount
 *              (length:varint)*chunkCount (chunkId:32)*chunkCount          in the order of the content
 *   footer = tableOffset:u64 tableBytes:u32 crc32c:u32 "KCPM"
 * </pre>
 * Frames follow each other without gaps, as do the chunks in a frame: offsets are sums and are not stored.
 */
final class PackFormat {
    /** The largest content of a frame, and so the largest chunk. */
    static final int MAX_FRAME_BYTES = 16 << 20;

    static final int MAX_FRAME_CHUNKS = 1 << 16;
    static final int SALT_BYTES = 16;
    static final int HEADER_BYTES = BlobFraming.HEADER_BYTES;
    static final int FOOTER_BYTES = 20;

    /** An id and the longest length: what a chunk can cost in the table. */
    static final int MAX_CHUNK_ENTRY_BYTES = ChunkId.BYTES + 4;

    static final int MAX_FRAME_ENTRY_BYTES = 16;

    /** What of a pack is neither stored frame nor an entry of the table, at most. */
    static final int FIXED_BYTES =
            HEADER_BYTES + FOOTER_BYTES + Section.HEAD_BYTES + SALT_BYTES + 10;

    private static final BlobFraming FRAMING = new BlobFraming("MPCK", 1, 0);
    private static final int FOOTER_MAGIC = 0x4b43504d;
    private static final int FOOTER_CRC_AT = 12;
    private static final int FOOTER_MAGIC_AT = 16;

    /** Far above what the largest pack can need: a pack is closed when table and frames reach its size. */
    private static final int MAX_TABLE_BYTES = 512 << 20;

    private PackFormat() {}

    static ByteBuffer header() {
        return FRAMING.header(0, 0);
    }

    /** The table of frames that begin behind the header, as a section. */
    static ByteBuffer encodeTable(
            byte[] salt, List<PackFrame> frames, List<PackChunk> chunks, int level) {
        ByteWriter table =
                new ByteWriter(
                        frames.size() * MAX_FRAME_ENTRY_BYTES
                                + chunks.size() * MAX_CHUNK_ENTRY_BYTES
                                + FIXED_BYTES);
        int[] chunksOfFrame = new int[frames.size()];
        for (PackChunk chunk : chunks) {
            chunksOfFrame[chunk.frame()]++;
        }
        table.bytes(salt).varint(frames.size()).varint(chunks.size());
        for (int i = 0; i < frames.size(); i++) {
            PackFrame frame = frames.get(i);
            table.varint(frame.stored()).varint(chunksOfFrame[i]);
            table.u32(frame.storedCrc32c() & 0xffff_ffffL);
            table.u32(frame.contentCrc32c() & 0xffff_ffffL);
        }
        for (PackChunk chunk : chunks) {
            table.varint(chunk.length());
        }
        for (PackChunk chunk : chunks) {
            table.bytes(chunk.id().toBytes());
        }
        return Section.encode(table.toBuffer(), level);
    }

    static ByteBuffer footer(long tableOffset, int tableBytes) {
        ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
        footer.putLong(tableOffset).putInt(tableBytes);
        footer.putInt(Checksum.crc32c(footer.slice(0, FOOTER_CRC_AT)));
        return footer.putInt(FOOTER_MAGIC).flip();
    }

    /**
     * Reads what a pack holds.
     *
     * @throws CorruptPackException when header, table or footer is damaged
     * @throws mirage.codec.UnsupportedBlobException when a later Mirage wrote it in a way that this one cannot read
     */
    static PackTable readTable(PackId id, ByteSource pack) throws IOException {
        try {
            return readTableOf(id, pack);
        } catch (CorruptPackException e) {
            throw e;
        } catch (CorruptBlobException e) {
            throw new CorruptPackException(id, e);
        }
    }

    private static PackTable readTableOf(PackId id, ByteSource pack) throws IOException {
        if (pack.length() < HEADER_BYTES + FOOTER_BYTES) {
            throw new CorruptPackException(
                    id, 0, "header and footer expected, found " + pack.length() + " bytes");
        }
        FRAMING.readHeader("pack " + id, read(pack, 0, HEADER_BYTES));
        long footerOffset = pack.length() - FOOTER_BYTES;
        ByteBuffer footer = read(pack, footerOffset, FOOTER_BYTES);
        requireFooter(id, footerOffset, footer);
        long tableOffset = footer.getLong(0);
        long tableBytes = footer.getInt(8) & 0xffff_ffffL;
        if (tableOffset < HEADER_BYTES
                || tableBytes > MAX_TABLE_BYTES
                || tableOffset != footerOffset - tableBytes) {
            throw new CorruptPackException(
                    id,
                    footerOffset,
                    "table that ends at the footer expected, found one of "
                            + tableBytes
                            + " bytes at "
                            + tableOffset);
        }
        ByteBuffer body =
                Section.decode(
                        "pack " + id,
                        tableOffset,
                        read(pack, tableOffset, (int) tableBytes),
                        MAX_TABLE_BYTES);
        return decodeTable(id, tableOffset, body, pack.length());
    }

    private static void requireFooter(PackId id, long offset, ByteBuffer footer)
            throws CorruptPackException {
        int crc = Checksum.crc32c(footer.slice(0, FOOTER_CRC_AT));
        if (footer.getInt(FOOTER_MAGIC_AT) != FOOTER_MAGIC || footer.getInt(FOOTER_CRC_AT) != crc) {
            throw new CorruptPackException(
                    id,
                    offset,
                    "footer with CRC32C "
                            + Checksum.text(crc)
                            + " and magic KCPM expected, found "
                            + Checksum.text(footer.getInt(FOOTER_CRC_AT))
                            + " and "
                            + Checksum.text(footer.getInt(FOOTER_MAGIC_AT)));
        }
    }

    private static PackTable decodeTable(
            PackId id, long tableOffset, ByteBuffer body, long packBytes)
            throws CorruptBlobException {
        ByteReader in = new ByteReader("table of pack " + id, body);
        in.bytes(SALT_BYTES);
        int frameCount = in.boundedVarint(0, in.remaining(), "number of frames");
        int chunkCount = in.boundedVarint(0, in.remaining() / ChunkId.BYTES, "number of chunks");
        FrameEntry[] entries = new FrameEntry[frameCount];
        for (int i = 0; i < frameCount; i++) {
            entries[i] = FrameEntry.read(in);
        }
        int[] lengths = new int[chunkCount];
        for (int i = 0; i < chunkCount; i++) {
            lengths[i] = in.boundedVarint(1, MAX_FRAME_BYTES, "length of a chunk");
        }
        List<PackFrame> frames = new ArrayList<>(frameCount);
        List<PackChunk> chunks = new ArrayList<>(chunkCount);
        long frameOffset = HEADER_BYTES;
        for (int i = 0; i < frameCount; i++) {
            FrameEntry entry = entries[i];
            if (entry.chunks > chunkCount - chunks.size()) {
                throw in.corrupt(in.position(), "frames of " + chunkCount + " chunks expected");
            }
            int length = 0;
            for (int end = chunks.size() + entry.chunks; chunks.size() < end; ) {
                int chunkLength = lengths[chunks.size()];
                if (chunkLength > MAX_FRAME_BYTES - length) {
                    throw in.corrupt(in.position(), "frame " + i + " is too large");
                }
                chunks.add(
                        new PackChunk(
                                ChunkId.read(in.slice(ChunkId.BYTES)), i, length, chunkLength));
                length += chunkLength;
            }
            if (entry.stored > length) {
                throw in.corrupt(in.position(), "frame " + i + " is stored in more than it has");
            }
            frames.add(
                    new PackFrame(
                            frameOffset,
                            entry.stored,
                            length,
                            entry.storedCrc32c,
                            entry.contentCrc32c));
            frameOffset += entry.stored;
        }
        if (chunks.size() != chunkCount || frameOffset != tableOffset) {
            throw in.corrupt(
                    in.position(),
                    chunkCount
                            + " chunks in frames up to "
                            + tableOffset
                            + " expected, found "
                            + chunks.size()
                            + " up to "
                            + frameOffset);
        }
        in.expectEnd();
        return new PackTable(frames, chunks, packBytes);
    }

    private static ByteBuffer read(ByteSource pack, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        pack.readFully(offset, bytes);
        return bytes.flip();
    }

    private record FrameEntry(int stored, int chunks, int storedCrc32c, int contentCrc32c) {
        static FrameEntry read(ByteReader in) throws CorruptBlobException {
            return new FrameEntry(
                    in.boundedVarint(1, MAX_FRAME_BYTES, "stored bytes of a frame"),
                    in.boundedVarint(1, MAX_FRAME_CHUNKS, "chunks of a frame"),
                    (int) in.u32(),
                    (int) in.u32());
        }
    }

    /** Reads, checks and decodes a frame's content. */
    static ByteBuffer readFrame(PackId id, int number, PackFrame frame, ByteSource pack)
            throws IOException {
        return decodeFrame(id, number, frame, read(pack, frame.offset(), frame.stored()));
    }

    /**
     * @return the frame's content, read-only
     * @throws CorruptPackException when a checksum does not fit
     */
    static ByteBuffer decodeFrame(PackId id, int number, PackFrame frame, ByteBuffer stored)
            throws CorruptPackException {
        requireCrc(id, number, frame, "stored bytes", frame.storedCrc32c(), stored);
        ByteBuffer content;
        try {
            content = Zstd.decompress("pack " + id, frame.offset(), stored, frame.length());
        } catch (CorruptBlobException e) {
            throw new CorruptPackException(id, e);
        }
        requireCrc(id, number, frame, "content", frame.contentCrc32c(), content);
        return content;
    }

    private static void requireCrc(
            PackId id, int number, PackFrame frame, String what, int expected, ByteBuffer bytes)
            throws CorruptPackException {
        int found = Checksum.crc32c(bytes);
        if (found != expected) {
            throw new CorruptPackException(
                    id,
                    frame.offset(),
                    "frame "
                            + number
                            + ": "
                            + what
                            + " with CRC32C "
                            + Checksum.text(expected)
                            + " expected, found "
                            + Checksum.text(found));
        }
    }
}
