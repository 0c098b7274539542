package mirage.filesystem;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord.Content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Walks a file system of any bytes, and checks what the interfaces promise of every record. */
public final class WalkChecks {
    /** Of a file's content that is decoded. */
    private static final int PIECE_BYTES = 1 << 16;

    private final FileSystem fileSystem;
    private final ByteSource volume;
    private final Set<RawName> paths = new HashSet<>();

    /** Of each directory, the name that was shown last. */
    private final Map<RawName, RawName> directories = new HashMap<>();

    private WalkChecks(FileSystem fileSystem, ByteSource volume) {
        this.fileSystem = fileSystem;
        this.volume = volume;
    }

    /**
     * @return how many records were shown, before a format exception ended the walk or not
     * @throws AssertionError when a promise is broken
     */
    public static long walk(FileSystem fileSystem, ByteSource volume) throws IOException {
        WalkChecks checks = new WalkChecks(fileSystem, volume);
        if (fileSystem.sizeBytes() < 0 || fileSystem.sizeBytes() > volume.length()) {
            throw new AssertionError("a size of " + fileSystem.sizeBytes());
        }
        try {
            fileSystem.walk(checks::check);
        } catch (FormatException e) {
            return checks.paths.size();
        }
        return checks.paths.size();
    }

    private void check(FileRecord file) throws IOException {
        require(paths.add(file.path()), file, "is shown twice");
        require(file.size() >= 0, file, "has no size");
        require(file.mode() >>> 12 == 0, file, "has more than a mode");
        checkTimes(file);
        require(file.device().major() >= 0 && file.device().minor() >= 0, file, "has no device");
        require(file.path().toString().indexOf('\0') < 0, file, "has NUL in its path");
        checkPlace(file);
        checkContent(file);
    }

    private static void checkTimes(FileRecord file) {
        FileRecord.FileTimes times = file.times();
        for (FileRecord.Time time :
                List.of(times.accessed(), times.modified(), times.changed(), times.created())) {
            int nanoseconds = time.nanoseconds();
            require(nanoseconds >= 0 && nanoseconds < 1_000_000_000, file, "has no time");
        }
    }

    /** Behind its parent, and behind the names that come before its own. */
    private void checkPlace(FileRecord file) {
        byte[] bytes = file.path().toBytes();
        int slash = bytes.length - 1;
        while (slash >= 0 && bytes[slash] != '/') {
            slash--;
        }
        if (bytes.length > 0) {
            RawName parent = RawName.of(bytes, 0, Math.max(0, slash));
            RawName before = directories.put(parent, file.path());
            require(before != null, file, "is shown before its parent");
            require(
                    before != null && before.compareTo(file.path()) < 0,
                    file,
                    "is shown behind a name that comes later");
        }
        if (file.type() == FileType.DIRECTORY) {
            directories.put(file.path(), RawName.EMPTY);
        }
    }

    private void checkContent(FileRecord file) throws IOException {
        switch (file.content()) {
            case Content.Inline inline ->
                    require(inline.bytes().length() == file.size(), file, "is of another size");
            case Content.Mapped mapped -> checkRuns(file, mapped.map());
            case Content.Encoded encoded -> {
                for (ExtentMap.Run run : encoded.stored().runs()) {
                    require(run.target() + run.length() <= volume.length(), file, "ends outside");
                }
                decode(file);
            }
        }
    }

    private void checkRuns(FileRecord file, ExtentMap map) {
        for (ExtentMap.Run run : map.runs()) {
            require(run.target() + run.length() <= volume.length(), file, "ends outside");
            // A link may be kept in another form, which is longer.
            require(
                    file.type() == FileType.SYMLINK
                            || run.end() - fileSystem.blockSizeBytes() < file.size(),
                    file,
                    "has blocks behind its end");
        }
    }

    /** The beginning, the middle and the end: they are there, or a format exception says why not. */
    private void decode(FileRecord file) throws IOException {
        try (ByteSource content = fileSystem.content(file)) {
            require(content.length() == file.size(), file, "is of another size");
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, file.size()));
            long last = file.size() - piece.capacity();
            for (long at : new long[] {0, last / 2, last}) {
                content.readFully(at, piece.clear());
            }
            if (file.size() > 0) {
                long run = content.runAt(0).length();
                require(run > 0 && run <= file.size(), file, "has a run of " + run + " bytes");
            }
        } catch (FormatException e) {
            require(
                    !String.valueOf(e.getMessage()).contains(" encodes no files"),
                    file,
                    "is encoded, which its format never is");
        }
    }

    private static void require(boolean holds, FileRecord file, String what) {
        if (!holds) {
            throw new AssertionError(what + ": " + file);
        }
    }
}
