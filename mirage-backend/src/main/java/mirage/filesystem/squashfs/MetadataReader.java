package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads on through metadata blocks that follow one another, from a place in one of them. */
final class MetadataReader {
    private final SquashfsVolume volume;
    private final String what;
    private MetadataBlocks.Block block;
    private int at;

    private MetadataReader(SquashfsVolume volume, String what, MetadataBlocks.Block block, int at) {
        this.volume = volume;
        this.what = what;
        this.block = block;
        this.at = at;
    }

    /**
     * @param table where the table's first block begins
     * @param reference the block's place relative to that, shifted by 16, and the place within the decoded block
     * @param what is read, for messages
     */
    static MetadataReader at(SquashfsVolume volume, long table, long reference, String what)
            throws IOException {
        long position = table + (reference >>> 16);
        int offset = (int) (reference & 0xffff);
        MetadataBlocks.Block block = volume.metadata(position);
        if (offset >= block.bytes().length) {
            throw new FormatException(
                    what
                            + " in the metadata block at "
                            + position
                            + ": a place before "
                            + block.bytes().length
                            + " expected, found "
                            + offset);
        }
        return new MetadataReader(volume, what, block, offset);
    }

    /** The next bytes. */
    byte[] bytes(int length) throws IOException {
        volume.charge(length);
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            if (at == block.bytes().length) {
                block = volume.metadata(block.next());
                at = 0;
            }
            int count = Math.min(length - done, block.bytes().length - at);
            System.arraycopy(block.bytes(), at, bytes, done, count);
            at += count;
            done += count;
        }
        return bytes;
    }

    /** The next bytes as a structure. */
    StructReader struct(int length) throws IOException {
        return StructReader.of(what, 0, ByteBuffer.wrap(bytes(length)), ByteOrder.LITTLE_ENDIAN);
    }
}
