package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Btrfs on one device, or what one of several holds by itself. */
public final class BtrfsFormat implements FileSystemFormat {
    @Override
    public String name() {
        return "btrfs";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        BtrfsSuperblock superblock = BtrfsSuperblocks.read(volume, warnings);
        if (superblock == null) {
            return null;
        }
        requireTree(volume, superblock, opening);
        note(superblock, volume, warnings);
        return new BtrfsFileSystem(volume, superblock, warnings);
    }

    /** What a walk begins with must be on this device; what is odd about it, the walk tells. */
    private static void requireTree(
            ByteSource volume, BtrfsSuperblock superblock, WorkBudget opening) throws IOException {
        Warnings onTheWay = new Warnings();
        try {
            new BtrfsFileTree(BtrfsVolume.open(volume, superblock, onTheWay, opening)).root();
        } catch (FormatException e) {
            String reason = onTheWay.messages().stream().findFirst().orElse("nothing else is odd");
            throw new FormatException("btrfs " + e.getMessage() + ": " + reason, e);
        }
    }

    private static void note(BtrfsSuperblock superblock, ByteSource volume, Warnings warnings) {
        if (superblock.totalBytes() > volume.length()) {
            warnings.add(
                    "btrfs superblock: the device has "
                            + superblock.totalBytes()
                            + " bytes, the volume holds "
                            + volume.length());
        }
        if (superblock.deviceCount() != 1) {
            warnings.add(
                    "btrfs superblock: this is one of "
                            + superblock.deviceCount()
                            + " devices; what others hold is not read");
        }
        if (superblock.hasLog()) {
            warnings.add(
                    "btrfs superblock: a log waits to be replayed; files are shown as the volume holds them now");
        }
    }
}
