package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.filesystem.FileSystem;
import mirage.filesystem.Listings;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lists with the inode numbers that the kernel shows, which are those within a subvolume. */
final class BtrfsListings {
    private BtrfsListings() {}

    static List<String> of(FileSystem fileSystem, ByteSource volume) throws IOException {
        List<String> lines = new ArrayList<>(Listings.of(fileSystem, volume));
        lines.replaceAll(BtrfsListings::withoutSubvolume);
        return lines;
    }

    private static String withoutSubvolume(String line) {
        int at = line.lastIndexOf('\t') + 1;
        long inode = Long.parseLong(line.substring(at));
        return line.substring(0, at) + (inode & (1L << 40) - 1);
    }
}
