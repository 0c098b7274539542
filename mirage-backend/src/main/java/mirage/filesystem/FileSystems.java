package mirage.filesystem;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.btrfs.BtrfsFormat;
import mirage.filesystem.erofs.ErofsFormat;
import mirage.filesystem.exfat.ExfatFormat;
import mirage.filesystem.ext4.Ext4Format;
import mirage.filesystem.fat.FatFormat;
import mirage.filesystem.iso9660.Iso9660Format;
import mirage.filesystem.ntfs.NtfsFormat;
import mirage.filesystem.squashfs.SquashfsFormat;
import mirage.filesystem.xfs.XfsFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** The file systems that we read, in the order in which a volume is tried. */
public final class FileSystems {
    private static final List<FileSystemFormat> FORMATS =
            List.of(
                    new XfsFormat(),
                    new Ext4Format(),
                    new BtrfsFormat(),
                    new NtfsFormat(),
                    new SquashfsFormat(),
                    new ErofsFormat(),
                    new Iso9660Format(),
                    new ExfatFormat(),
                    new FatFormat());

    private FileSystems() {}

    /** Opens the file system that fills a volume which nobody else is opened beside. */
    public static @Nullable FileSystem open(ByteSource volume, Warnings warnings)
            throws IOException {
        return open(volume, warnings, WorkBudget.unlimited());
    }

    /**
     * Opens the file system that fills a volume.
     *
     * @param volume hostile bytes; stays open for as long as the file system is used
     * @param warnings takes what is odd but does not hinder
     * @param all takes the work of opening this volume and others
     * @return null when no format knows the volume
     * @throws FormatException when the first format that knows it cannot read it, or not within bounds: the volume is
     *     opaque
     */
    public static @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget all)
            throws IOException {
        for (FileSystemFormat format : FORMATS) {
            try {
                FileSystem fileSystem = format.open(volume, warnings, WorkBudget.ofOpening(all));
                if (fileSystem != null) {
                    return fileSystem;
                }
            } catch (WorkBudget.ExhaustedException e) {
                throw new FormatException(format.name() + ": " + e.getMessage(), e);
            }
        }
        return null;
    }
}
