package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Squashfs 4.0. */
public final class SquashfsFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "squashfs";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        SquashfsSuperblock superblock = SquashfsSuperblock.read(volume);
        if (superblock == null) {
            return null;
        }
        if (superblock.bytesUsed() > volume.length()) {
            warnings.add(
                    "squashfs superblock: bytes_used says "
                            + superblock.bytesUsed()
                            + " bytes, the volume holds "
                            + volume.length());
        }
        return new SquashfsFileSystem(volume, superblock, warnings);
    }
}
