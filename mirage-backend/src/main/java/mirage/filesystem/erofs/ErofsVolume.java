package mirage.filesystem.erofs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.io.IOException;
import java.nio.ByteOrder;

/** What one walk, or the look-up of one file, reads: within bounds and a budget. For one thread. */
final class ErofsVolume extends VolumeReader {
    private final ErofsSuperblock superblock;
    private final long length;

    ErofsVolume(
            ByteSource source, ErofsSuperblock superblock, Warnings warnings, WorkBudget budget) {
        super("erofs", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.superblock = superblock;
        this.length = source.length();
    }

    ErofsSuperblock superblock() {
        return superblock;
    }

    @Override
    public int blockSize() {
        return superblock.blockSize();
    }

    @Override
    public boolean holds(long block, long count) {
        long blocks = length / blockSize();
        return block >= 0 && count <= blocks && block <= blocks - count;
    }

    @Override
    public long position(long block) {
        return block * blockSize();
    }

    boolean holdsBytes(long position, long count) {
        return position >= 0 && count <= length && position <= length - count;
    }

    /**
     * @throws FormatException when a range is outside the volume
     */
    void require(long position, long count, String what) throws FormatException {
        if (!holdsBytes(position, count)) {
            throw new FormatException(
                    what + ": " + count + " bytes at " + position + " are outside the volume");
        }
    }

    /** Bytes of metadata. */
    StructReader struct(long position, int count, String what) throws IOException {
        require(position, count, what);
        return StructReader.of(what, position, read(position, count), ByteOrder.LITTLE_ENDIAN);
    }
}
