package mirage.filesystem.iso9660;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What one walk reads: sectors of directories and of what Rock Ridge says, within bounds and a budget. */
final class IsoVolume extends VolumeReader {
    private final IsoDescriptors descriptors;
    private final long length;

    IsoVolume(ByteSource source, IsoDescriptors descriptors, Warnings warnings, WorkBudget budget) {
        super("iso9660", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.descriptors = descriptors;
        this.length = source.length();
    }

    IsoDescriptors descriptors() {
        return descriptors;
    }

    @Override
    public int blockSize() {
        return descriptors.blockSize();
    }

    @Override
    public boolean holds(long block, long count) {
        long blocks = length / blockSize();
        return block > 0 && count <= blocks && block <= blocks - count;
    }

    @Override
    public long position(long block) {
        return block * blockSize();
    }

    /** Whether bytes are in the volume; the last block need not be there in full. */
    boolean holdsBytes(long position, long count) {
        return position > 0 && count <= length && position <= length - count;
    }

    /** A sector of a directory. Extents begin at blocks, which may be smaller. */
    StructReader sector(long position) throws IOException {
        int size = IsoDescriptors.SECTOR_BYTES;
        if (!holdsBytes(position, size)) {
            throw new FormatException("directory sector at " + position + " is outside the volume");
        }
        ByteBuffer bytes =
                position % size == 0
                        ? cached(position, size, "directory sector")
                        : read(position, size);
        return StructReader.of("directory record", position, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    /** A part of a block, where what does not fit into a record goes on. */
    StructReader area(long block, long offset, long size) throws IOException {
        if (offset + size > IsoDescriptors.SECTOR_BYTES
                || !holdsBytes(position(block), offset + size)) {
            throw new FormatException(
                    "system use area of "
                            + size
                            + " bytes at "
                            + offset
                            + " of block "
                            + block
                            + " is not within a sector of the volume");
        }
        long position = position(block) + offset;
        return StructReader.of(
                "system use area", position, read(position, (int) size), ByteOrder.LITTLE_ENDIAN);
    }
}
