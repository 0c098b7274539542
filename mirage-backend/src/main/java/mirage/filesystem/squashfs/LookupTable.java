package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A table of equal entries in metadata blocks, whose places are listed. "Storing Lookup Tables".
 *
 * @param name for messages
 * @param list where the list of places begins, {@link SquashfsSuperblock#ABSENT} without the table
 * @param count of entries
 * @param entryBytes divides {@link MetadataBlocks#BLOCK_BYTES}
 */
record LookupTable(String name, long list, long count, int entryBytes) {

    StructReader entry(SquashfsVolume volume, long index) throws IOException {
        if (list == SquashfsSuperblock.ABSENT || index < 0 || index >= count) {
            throw new FormatException(
                    name
                            + ": entry "
                            + index
                            + " of "
                            + (list == SquashfsSuperblock.ABSENT ? 0 : count));
        }
        long byteAt = index * entryBytes;
        long place = list + byteAt / MetadataBlocks.BLOCK_BYTES * Long.BYTES;
        long position = volume.raw(place, Long.BYTES, name).getLong();
        ByteBuffer block = ByteBuffer.wrap(volume.metadata(position).bytes());
        return StructReader.of(name, position, block, ByteOrder.LITTLE_ENDIAN)
                .sub("entry " + index, (int) (byteAt % MetadataBlocks.BLOCK_BYTES), entryBytes);
    }
}
