package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What {@link FileSystem} promises of any volume: checked of mutations of golden images. */
public final class WalkPromises {
    private static final int READ_BYTES = 1 << 16;

    private WalkPromises() {}

    /** Mutates images: each is refused, or shows a tree that keeps the promises. */
    public static void fuzz(GoldenImages goldens, List<String> names, long inputs)
            throws IOException {
        long[] shown = new long[1];
        long refused =
                Fuzz.run(
                        names,
                        name -> mutator(goldens.image(name)),
                        inputs,
                        input -> {
                            FileSystem fileSystem = FileSystems.open(input, new Warnings());
                            if (fileSystem != null) {
                                shown[0] += check(fileSystem, input);
                            }
                        });
        assertThat(refused).isLessThan(shown[0]);
        assertThat(shown[0]).isPositive();
    }

    /** Spares most content that lies in the volume as it is. */
    private static Mutator mutator(byte[] image) throws IOException {
        List<Extent> content = new ArrayList<>();
        FileSystem fileSystem = FileSystems.open(ByteSources.of(image), new Warnings());
        Objects.requireNonNull(fileSystem)
                .walk(file -> {
                    if (file.type() == FileType.REGULAR
                            && file.content() instanceof Content.Mapped mapped) {
                        mapped.map()
                                .runs()
                                .forEach(r -> content.add(new Extent(r.target(), r.length())));
                    }
                });
        return new Mutator(image, content);
    }

    /**
     * @return how many paths were shown
     */
    private static long check(FileSystem fileSystem, ByteSource volume) throws IOException {
        assertThat(fileSystem.sizeBytes()).isBetween(0L, volume.length());
        Set<RawName> paths = new HashSet<>();
        Set<RawName> directories = new HashSet<>();
        try {
            fileSystem.walk(file -> {
                requireSane(file, volume, fileSystem.blockSizeBytes());
                if (file.content() instanceof Content.Encoded && !file.flags().damaged()) {
                    readSome(fileSystem, file);
                }
                if (!paths.add(file.path())) {
                    throw new AssertionError(file.path() + " is shown twice");
                }
                if (!file.path().isEmpty() && !directories.contains(parent(file.path()))) {
                    throw new AssertionError(file.path() + " is shown before its parent");
                }
                if (file.type() == FileType.DIRECTORY) {
                    directories.add(file.path());
                }
            });
        } catch (FormatException e) {
            return paths.size();
        }
        return paths.size();
    }

    private static RawName parent(RawName path) {
        byte[] bytes = path.toBytes();
        int slash = bytes.length - 1;
        while (slash > 0 && bytes[slash] != '/') {
            slash--;
        }
        return RawName.of(bytes, 0, slash);
    }

    private static void requireSane(FileRecord file, ByteSource volume, int blockSize) {
        boolean sane =
                file.size() >= 0
                        && file.mode() >>> 12 == 0
                        && file.times().modified().nanoseconds() < 1_000_000_000
                        && file.path().toString().indexOf('\0') < 0;
        switch (file.content()) {
            case Content.Inline inline -> sane &= inline.bytes().length() == file.size();
            case Content.Mapped mapped -> {
                sane &= isWithin(mapped.map(), volume);
                for (ExtentMap.Run run : mapped.map().runs()) {
                    sane &= run.end() - blockSize < file.size();
                }
            }
            case Content.Encoded encoded -> sane &= isWithin(encoded.stored(), volume);
        }
        if (!sane) {
            throw new AssertionError(file.toString());
        }
    }

    private static boolean isWithin(ExtentMap map, ByteSource volume) {
        return map.runs().stream().allMatch(run -> run.target() + run.length() <= volume.length());
    }

    /** The beginning and the end: they are there, or a format exception says why not. */
    private static void readSome(FileSystem fileSystem, FileRecord file) throws IOException {
        try (ByteSource content = fileSystem.content(file)) {
            assertThat(content.length()).isEqualTo(file.size());
            int length = (int) Math.min(READ_BYTES, file.size());
            content.readFully(0, ByteBuffer.allocate(length));
            content.readFully(file.size() - length, ByteBuffer.allocate(length));
            if (length > 0) {
                assertThat(content.runAt(0).length()).isBetween(1L, file.size());
            }
        } catch (FormatException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }
}
