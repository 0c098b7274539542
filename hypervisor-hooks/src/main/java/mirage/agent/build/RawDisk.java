package mirage.agent.build;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.image.inspect.FormatMatch;
import mirage.image.inspect.ImageInspector;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Disks that nobody takes for something else. */
public final class RawDisk {
    private static final Set<String> RAW = Set.of("raw", "gpt");

    private RawDisk() {}

    /**
     * Whether a disk looks like one. A guest may have written the header of qcow2 at the start of its disk; who is told
     * that such a file is raw finds something else.
     */
    public static boolean isPlain(Path file) throws IOException {
        try (ByteSource disk = FileSource.open(file)) {
            FormatMatch found = ImageInspector.inspect(disk).decided();
            return found != null && RAW.contains(found.format());
        }
    }
}
