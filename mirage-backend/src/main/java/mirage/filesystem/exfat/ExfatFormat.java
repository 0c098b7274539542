package mirage.filesystem.exfat;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** exFAT, version 1. */
public final class ExfatFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "exfat";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        ExfatBootSector boot = ExfatBootSector.read(volume, warnings);
        return boot == null ? null : ExfatFileSystem.open(volume, boot, warnings, opening);
    }
}
