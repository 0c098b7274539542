package mirage.filesystem.fat;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** FAT12, FAT16 and FAT32. To be asked last: their boot sector has no magic, and others' is where theirs is. */
public final class FatFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "fat";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        FatBootSector boot = FatBootSector.read(volume);
        if (boot == null) {
            return null;
        }
        if (boot.sizeBytes() > volume.length()) {
            warnings.add(
                    "fat boot sector: BPB_TotSec says "
                            + boot.sizeBytes()
                            + " bytes, the volume holds "
                            + volume.length());
        }
        if (boot.dirty()) {
            warnings.add("fat boot sector: it says that the file system was not unmounted");
        }
        return FatFileSystem.open(volume, boot, warnings, opening);
    }
}
