package mirage.filesystem.xfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** XFS, versions 4 and 5. */
public final class XfsFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "xfs";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        XfsSuperblock superblock = XfsSuperblock.read(volume, warnings);
        if (superblock == null) {
            return null;
        }
        long held = volume.length() / superblock.blockSize();
        if (superblock.blockCount() > held) {
            warnings.add(
                    "xfs superblock: sb_dblocks says "
                            + superblock.blockCount()
                            + " blocks, the volume holds "
                            + held);
        }
        return new XfsFileSystem(volume, superblock, warnings);
    }
}
