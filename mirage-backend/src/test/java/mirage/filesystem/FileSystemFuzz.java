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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Whatever is written over an image, it is refused or shows a tree that keeps every promise of the interfaces: paths that
 * are shown once, behind their parents, and extents within the volume and the file.
 */
public final class FileSystemFuzz {
    private FileSystemFuzz() {}

    /**
     * @param names of images, whose metadata is mutated
     */
    public static void run(GoldenImages goldens, List<String> names, long inputs)
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

    private static long check(FileSystem fileSystem, ByteSource volume) throws IOException {
        assertThat(fileSystem.sizeBytes()).isBetween(0L, volume.length());
        Set<RawName> paths = new HashSet<>();
        Set<RawName> directories = new HashSet<>();
        try {
            fileSystem.walk(file -> {
                require(isSane(file, volume, fileSystem.blockSizeBytes()), file);
                require(paths.add(file.path()), file);
                require(file.path().isEmpty() || directories.contains(parent(file.path())), file);
                if (file.type() == FileType.DIRECTORY) {
                    directories.add(file.path());
                }
            });
        } catch (FormatException e) {
            return paths.size();
        }
        return paths.size();
    }

    private static void require(boolean holds, FileRecord file) {
        if (!holds) {
            throw new AssertionError(file.toString());
        }
    }

    private static RawName parent(RawName path) {
        int slash = path.length() - 1;
        while (slash > 0 && path.byteAt(slash) != '/') {
            slash--;
        }
        return path.prefix(Math.max(0, slash));
    }

    private static boolean isSane(FileRecord file, ByteSource volume, int blockSize) {
        boolean sane =
                file.size() >= 0
                        && file.mode() >>> 12 == 0
                        && file.times().modified().nanoseconds() < 1_000_000_000
                        && file.path().toString().indexOf('\0') < 0;
        return sane
                && file.content() instanceof Content.Mapped mapped
                && mapped.map().runs().stream()
                        .allMatch(run -> isWithin(run, file.size() + blockSize, volume.length()));
    }

    private static boolean isWithin(ExtentMap.Run run, long fileLimit, long volumeBytes) {
        return run.target() + run.length() <= volumeBytes && run.end() < fileLimit;
    }
}
