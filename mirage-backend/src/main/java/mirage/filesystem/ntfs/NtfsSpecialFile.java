package mirage.filesystem.ntfs;

import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What Interix, "Services for Unix" of Windows, kept in files with the flag of system files: links, devices, pipes and
 * sockets. ntfs-3g makes and shows them so, by its manual page ("special_files").
 */
final class NtfsSpecialFile {
    private static final long LINK = 0x014b4e4c78746e49L;
    private static final long CHARACTER_DEVICE = 0x0052484378746e49L;
    private static final long BLOCK_DEVICE = 0x004b4c4278746e49L;
    private static final int MAGIC_BYTES = 8;
    private static final int DEVICE_BYTES = MAGIC_BYTES + 16;
    private static final int MAX_BYTES = MAGIC_BYTES + 2 * 4096;

    private final NtfsVolume volume;

    NtfsSpecialFile(NtfsVolume volume) {
        this.volume = volume;
    }

    /** What a file is shown as. */
    record Meaning(FileType type, RawName target, Device device) {
        static Meaning of(FileType type) {
            return new Meaning(type, RawName.EMPTY, Device.NONE);
        }
    }

    /**
     * @param data of a file with the flag
     * @return null when it is a file like others
     */
    @Nullable Meaning meaning(NtfsStream data) throws IOException {
        if (data.size() == 0) {
            return Meaning.of(FileType.FIFO);
        }
        if (data.size() == 1) {
            return Meaning.of(FileType.SOCKET);
        }
        if (data.size() <= MAGIC_BYTES
                || data.size() > MAX_BYTES
                || data.isCompressed()
                || data.isEncrypted()) {
            return null;
        }
        ByteBuffer bytes = data.bytes(volume, MAX_BYTES);
        long magic = bytes.getLong(0);
        if (magic == LINK) {
            int units = (bytes.limit() - MAGIC_BYTES) / 2;
            RawName target = RawName.of(NtfsNames.toUtf8(bytes, MAGIC_BYTES, units));
            return new Meaning(FileType.SYMLINK, target.untilNul(), Device.NONE);
        }
        if (bytes.limit() != DEVICE_BYTES || magic != CHARACTER_DEVICE && magic != BLOCK_DEVICE) {
            return null;
        }
        FileType type =
                magic == CHARACTER_DEVICE ? FileType.CHARACTER_DEVICE : FileType.BLOCK_DEVICE;
        int major = (int) bytes.getLong(MAGIC_BYTES) & Integer.MAX_VALUE;
        int minor = (int) bytes.getLong(MAGIC_BYTES + 8) & Integer.MAX_VALUE;
        return new Meaning(type, RawName.EMPTY, new Device(major, minor));
    }
}
