package mirage.filesystem.iso9660;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** ISO 9660, with Rock Ridge or Joliet. */
public final class Iso9660Format implements FileSystemFormat {
    @Override
    public String name() {
        return "iso9660";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        IsoDescriptors descriptors = IsoDescriptors.read(volume, warnings);
        if (descriptors == null) {
            return null;
        }
        long claimed = descriptors.blockCount() * descriptors.blockSize();
        if (claimed > volume.length()) {
            warnings.add(
                    "iso9660 volume descriptor: the volume space size says "
                            + claimed
                            + " bytes, the volume holds "
                            + volume.length());
        }
        return new Iso9660FileSystem(volume, descriptors, warnings);
    }
}
