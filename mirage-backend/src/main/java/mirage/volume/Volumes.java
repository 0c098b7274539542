package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.util.List;

/** The partition tables we know. A new kind is added to the list here and nowhere else. */
public final class Volumes {
    /** {@link Volume#table()} of a disk without one. */
    public static final String NO_TABLE = "none";

    /** In the order they are asked: a disk with a GPT also has an MBR, which only protects it. */
    private static final List<VolumeTable> TABLES = List.of(new GptTable(), new MbrTable());

    private Volumes() {}

    /**
     * Finds the volumes of a disk; one that has no partition table is a volume itself.
     *
     * @param disk hostile bytes
     * @param warnings takes what is odd and was left out
     * @return ordered by offset, without overlap; empty when the disk or its table is empty
     * @throws IOException when the disk cannot be read where a table should be
     */
    public static List<Volume> find(ByteSource disk, Warnings warnings) throws IOException {
        if (Iso9660Disc.isOn(disk)) {
            return List.of(new Volume(0, 0, disk.length(), NO_TABLE, "", "", ""));
        }
        for (VolumeTable table : TABLES) {
            List<Volume> volumes = table.find(disk, warnings);
            if (volumes != null) {
                return volumes;
            }
        }
        return disk.length() == 0
                ? List.of()
                : List.of(new Volume(0, 0, disk.length(), NO_TABLE, "", "", ""));
    }
}
