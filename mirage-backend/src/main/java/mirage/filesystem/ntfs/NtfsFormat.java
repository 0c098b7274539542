package mirage.filesystem.ntfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** NTFS, as Windows NT 4 and everything after it writes it. */
public final class NtfsFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "ntfs";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        NtfsBootSector boot = NtfsBootSector.find(volume, warnings);
        if (boot == null) {
            return null;
        }
        if (boot.sizeBytes() > volume.length()) {
            warnings.add(
                    "ntfs boot sector: "
                            + boot.sizeBytes()
                            + " bytes expected, volume ends at "
                            + volume.length());
        }
        return NtfsFileSystem.open(volume, boot, warnings, opening);
    }
}
