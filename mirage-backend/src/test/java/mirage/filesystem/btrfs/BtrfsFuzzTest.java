package mirage.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.FileType;
import mirage.filesystem.GoldenImages;
import mirage.filesystem.RawName;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Whatever is written over an image, it is refused or shows a tree that keeps every promise of the interfaces. */
final class BtrfsFuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("btrfs");
    private static final long INPUTS = 1500;

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        List<String> names = new ArrayList<>(GOLDENS.names());
        // The largest ones, for their names or their size; their structures are in the others.
        names.removeAll(List.of("directories", "duplicated", "nodes-64k", "one-of-two"));
        long[] shown = new long[1];
        long refused =
                Fuzz.run(
                        names,
                        BtrfsFuzzTest::mutator,
                        INPUTS,
                        input -> {
                            Warnings warnings = new Warnings();
                            FileSystem fileSystem = FileSystems.open(input, warnings);
                            if (fileSystem != null) {
                                shown[0] += check(fileSystem, input);
                            }
                        });
        assertThat(refused).isLessThan(shown[0]);
        assertThat(shown[0]).isPositive();
    }

    /** Content is not mutated, but where it is encoded: there it is what a decoder takes. */
    private static Mutator mutator(String name) throws IOException {
        byte[] image = GOLDENS.image(name);
        List<Extent> content = new ArrayList<>();
        FileSystem fileSystem = FileSystems.open(ByteSources.of(image), new Warnings());
        Objects.requireNonNull(fileSystem)
                .walk(file -> {
                    if (file.content() instanceof Content.Mapped mapped) {
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
                check(file, fileSystem, volume);
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

    private static void check(FileRecord file, FileSystem fileSystem, ByteSource volume)
            throws IOException {
        boolean sane =
                file.size() >= 0
                        && file.inode() > 0
                        && file.mode() >>> 12 == 0
                        && file.times().modified().nanoseconds() < 1_000_000_000
                        && file.path().toString().indexOf('\0') < 0;
        switch (file.content()) {
            case Content.Inline inline -> sane &= inline.bytes().length() == file.size();
            case Content.Mapped mapped -> {
                sane &= isWithin(mapped.map(), volume);
                for (ExtentMap.Run run : mapped.map().runs()) {
                    sane &= run.end() - fileSystem.blockSizeBytes() < file.size();
                }
            }
            case Content.Encoded encoded -> {
                sane &= isWithin(encoded.stored(), volume);
                sane &= readsOrIsRefused(fileSystem, file);
            }
        }
        if (!sane) {
            throw new AssertionError(file.toString());
        }
    }

    private static boolean isWithin(ExtentMap map, ByteSource volume) {
        return map.runs().stream().allMatch(r -> r.target() + r.length() <= volume.length());
    }

    private static boolean readsOrIsRefused(FileSystem fileSystem, FileRecord file)
            throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        try {
            ByteSource content = fileSystem.content(file);
            for (long at : new long[] {0, file.size() / 2, file.size() - piece.capacity()}) {
                content.readAt(Math.max(0, at), piece.clear());
            }
            return content.length() == file.size();
        } catch (FormatException e) {
            return true;
        }
    }
}
