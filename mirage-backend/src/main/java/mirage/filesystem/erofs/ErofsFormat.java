package mirage.filesystem.erofs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** EROFS. */
public final class ErofsFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "erofs";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        ErofsSuperblock superblock = ErofsSuperblock.read(volume, warnings);
        if (superblock == null) {
            return null;
        }
        long claimed = superblock.blockCount() << superblock.blockBits();
        if (claimed > volume.length()) {
            warnings.add(
                    "erofs superblock: "
                            + claimed
                            + " bytes expected, the volume holds "
                            + volume.length());
        }
        return new ErofsFileSystem(volume, superblock, warnings);
    }
}
