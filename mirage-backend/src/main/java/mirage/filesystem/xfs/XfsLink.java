package mirage.filesystem.xfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a symbolic link says that does not fit into its inode. "Symbolic Links". */
final class XfsLink {
    private static final int MAGIC = 0x58534c4d;
    private static final int HEADER_BYTES = 56;
    private static final int OFFSET = 4;
    private static final int BYTES = 8;

    /** In how many extents the kernel keeps a target at most. */
    private static final int MAX_PARTS = 3;

    private XfsLink() {}

    /** What the target takes, headers included. */
    static long mostBytes(XfsInode inode) {
        return inode.size() + MAX_PARTS * HEADER_BYTES;
    }

    /**
     * @param map of the link's blocks; in version 5 each of its extents begins with a header
     */
    static RawName read(XfsVolume volume, XfsInode inode, ExtentMap map) throws IOException {
        int length = (int) inode.size();
        if (!volume.features().hasChecksums()) {
            return RawName.of(volume.content(map, 0, length).array());
        }
        ByteBuffer target = ByteBuffer.allocate(length);
        for (int i = 0; i < map.runCount() && target.hasRemaining(); i++) {
            ExtentMap.Run run = map.run(i);
            int size = (int) Math.min(run.length(), 2L * volume.blockSize() + length);
            ByteBuffer bytes = volume.content(map, run.offset(), size);
            int held = bytes.getInt(BYTES);
            if (bytes.getInt(0) != MAGIC
                    || bytes.getInt(OFFSET) != target.position()
                    || held <= 0
                    || held > Math.min(target.remaining(), size - HEADER_BYTES)) {
                throw new FormatException(
                        "inode "
                                + inode.number()
                                + ": part of a link target at "
                                + target.position()
                                + " expected, found 0x"
                                + Integer.toHexString(bytes.getInt(0))
                                + " of "
                                + Integer.toUnsignedString(held)
                                + " bytes");
            }
            if (size == run.length()) {
                volume.verify(
                        "link target of inode " + inode.number(),
                        bytes,
                        XfsSignature.REMOTE,
                        run.target(),
                        inode.number());
            }
            target.put(bytes.slice(HEADER_BYTES, held));
        }
        if (target.hasRemaining()) {
            throw new FormatException(
                    "inode " + inode.number() + ": link target ends at " + target.position());
        }
        return RawName.of(target.array());
    }
}
