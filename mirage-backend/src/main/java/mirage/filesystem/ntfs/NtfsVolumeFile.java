package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the volume says of itself. "$Volume" of the NTFS documentation.
 *
 * @param label empty when it has none
 * @param isDirty whether Windows wants it checked
 */
record NtfsVolumeFile(RawName label, boolean isDirty) {
    private static final long NUMBER = 3;
    private static final int MAX_LABEL_BYTES = 256;
    private static final int INFORMATION_BYTES = 12;
    private static final int DIRTY = 1;

    /** What cannot be read is taken as empty, with a warning. */
    static NtfsVolumeFile read(NtfsVolume volume, NtfsFileReader files) throws IOException {
        try {
            NtfsFile file = files.read(NUMBER);
            NtfsStream name = NtfsStream.find(NUMBER, file.attributes(), NtfsAttribute.VOLUME_NAME);
            NtfsStream information =
                    NtfsStream.find(NUMBER, file.attributes(), NtfsAttribute.VOLUME_INFORMATION);
            return new NtfsVolumeFile(
                    name == null ? RawName.EMPTY : label(name.bytes(volume, MAX_LABEL_BYTES)),
                    information != null && isDirty(information.resident()));
        } catch (FormatException e) {
            volume.warn("$Volume: " + e.getMessage());
            return new NtfsVolumeFile(RawName.EMPTY, false);
        }
    }

    private static RawName label(ByteBuffer name) {
        return RawName.of(NtfsNames.toUtf8(name, 0, name.limit() / 2)).untilNul();
    }

    private static boolean isDirty(@Nullable ByteBuffer information) {
        return information != null
                && information.limit() >= INFORMATION_BYTES
                && (information.getShort(10) & DIRTY) != 0;
    }
}
