package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where an operator's rules are. A file or a directory that is missing says nothing.
 *
 * @param file {@code [oslo_policy] policy_file}, null for none
 * @param directories {@code [oslo_policy] policy_dirs}: of each all files in it but hidden ones, in the order of their
 *     names. What comes later counts.
 */
public record PolicyFiles(@Nullable Path file, List<Path> directories) {
    public PolicyFiles {
        directories = List.copyOf(directories);
    }

    public static PolicyFiles none() {
        return new PolicyFiles(null, List.of());
    }

    /** What tells whether a file was changed: also when it was replaced within the same tick of its clock. */
    record Version(Path file, long bytes, FileTime modified, @Nullable Object key) {}

    /**
     * The rules of all files; of two with the same name the last one counts.
     *
     * @throws PolicyFileException naming what is wrong in one of them
     */
    List<FileRule> read() throws PolicyFileException {
        List<FileRule> rules = new ArrayList<>();
        for (Version version : versions()) {
            rules.addAll(PolicyFile.read(version.file()));
        }
        return rules;
    }

    /** The files that there are now, in their order. */
    List<Version> versions() throws PolicyFileException {
        List<Version> versions = new ArrayList<>();
        if (file != null) {
            addTo(versions, file);
        }
        for (Path directory : directories) {
            for (Path inside : filesIn(directory)) {
                addTo(versions, inside);
            }
        }
        return versions;
    }

    private static List<Path> filesIn(Path directory) throws PolicyFileException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(inside -> !inside.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (NoSuchFileException missing) {
            return List.of();
        } catch (NotDirectoryException file) {
            throw new PolicyFileException(directory + ": a directory expected");
        } catch (IOException unreadable) {
            throw new PolicyFileException(directory + ": cannot be read: " + unreadable);
        }
    }

    private static void addTo(List<Version> versions, Path file) throws PolicyFileException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            versions.add(new Version(file, now.size(), now.lastModifiedTime(), now.fileKey()));
        } catch (NoSuchFileException missing) {
            // Says nothing.
        } catch (IOException unreadable) {
            throw new PolicyFileException(file + ": cannot be read: " + unreadable);
        }
    }
}
