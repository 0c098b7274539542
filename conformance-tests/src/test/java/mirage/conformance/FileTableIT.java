package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code mirage files} says of an ext file system is what the kernel says of it, file by file: every attribute, and
 * the digest of every content.
 *
 * <p>The kernel's view needs root and a loop device. Where a machine gives none, {@code
 * -Dmirage.loop-mounts=impossible} leaves the comparison out, and the report shows it as skipped; without that the test
 * fails.
 */
final class FileTableIT {
    private static final int DIFFERENCES_SHOWN = 40;

    /** Facts of the library that the kernel has no word for. */
    private static final List<String> OURS = List.of("volume", "pathBase64");

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "base.raw,          base.raw",
        "child.raw,         child.raw",
        "child.zlib.qcow2,  child.raw",
        "role.zlib.qcow2,   role.raw",
        "ext2.raw,          ext2.raw",
        "inline.raw,        inline.raw",
    })
    void theLibrarySeesWhatTheKernelSees(String upload, String disk) throws Exception {
        Assumptions.assumeFalse(
                "impossible".equals(System.getProperty("mirage.loop-mounts")),
                "left out by -Dmirage.loop-mounts=impossible");
        TestImages images = TestImages.get();
        Map<String, JsonNode> kernel = kernelView(images.image(disk));
        Map<String, JsonNode> library = libraryView(images.image(upload));

        assertThat(kernel).as("files that the kernel sees").hasSizeGreaterThan(2500);
        List<String> differences = differences(kernel, library);
        assertThat(differences.stream().limit(DIFFERENCES_SHOWN))
                .as("%d differences in %d files of %s", differences.size(), kernel.size(), upload)
                .isEmpty();
    }

    @Test
    void aLoopOfDirectoriesComesToAnEnd() throws Exception {
        Map<String, JsonNode> library =
                libraryView(TestImages.get().image("awkward/directory-loop.raw"));
        assertThat(library).containsKeys(key("/loop/inner"), key("/one-block"));
        assertThat(library).hasSizeLessThan(10_000);
    }

    private Map<String, JsonNode> libraryView(Path image) throws Exception {
        String data = folder.resolve("data").toString();
        Launcher.run("import", "--data", data, "--name", "image", image.toString()).orFail();
        return byPath(Launcher.run("files", "--data", data, "image", "--json").orFail().json());
    }

    private Map<String, JsonNode> kernelView(Path disk) throws Exception {
        Path mountPoint = Files.createDirectory(folder.resolve("mounted"));
        String options = "ro,noload,loop,offset=" + rootOffset(disk);
        Commands.Finished mounted =
                Commands.run(
                        "mount",
                        "-t",
                        "ext4",
                        "-o",
                        options,
                        disk.toString(),
                        mountPoint.toString());
        if (mounted.exitCode() != 0) {
            throw new AssertionError(
                    "this machine mounts no loop devices (see -Dmirage.loop-mounts): " + mounted);
        }
        try {
            String program = TestImages.RECIPES.resolve("list-files.py").toString();
            return byPath(Commands.run(program, mountPoint.toString()).orFail().json());
        } finally {
            Commands.run("umount", mountPoint.toString()).orFail();
        }
    }

    /** Where the last partition starts, in bytes; 0 for a file system without a partition table. */
    static long rootOffset(Path disk) throws IOException, InterruptedException {
        Commands.Finished table = Commands.run("sfdisk", "--json", disk.toString());
        if (table.exitCode() != 0) {
            return 0;
        }
        JsonNode partitions = table.json().path("partitiontable").path("partitions");
        return partitions.path(partitions.size() - 1).required("start").asLong() * 512;
    }

    private static Map<String, JsonNode> byPath(JsonNode files) {
        Map<String, JsonNode> byPath = new TreeMap<>();
        for (JsonNode file : files) {
            JsonNode raw = file.get("pathBase64");
            String key = raw == null ? key(file.required("path").asText()) : key(raw);
            assertThat(byPath.put(key, file)).as("a second entry for %s", key).isNull();
        }
        return byPath;
    }

    /** Paths are bytes: as text of one character each, they can be compared and shown. */
    private static String key(String path) {
        return new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String key(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asText()), StandardCharsets.ISO_8859_1);
    }

    private static List<String> differences(
            Map<String, JsonNode> kernel, Map<String, JsonNode> library) {
        List<String> differences = new ArrayList<>();
        kernel.forEach((path, expected) -> {
            JsonNode found = library.get(path);
            if (found == null) {
                differences.add(path + " is missing: " + expected);
            } else {
                addDifferences(differences, path, expected, found);
            }
        });
        library.forEach((path, found) -> {
            if (!kernel.containsKey(path)) {
                differences.add(path + " is not there: " + found);
            }
        });
        return differences;
    }

    private static void addDifferences(
            List<String> differences, String path, JsonNode expected, JsonNode found) {
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            JsonNode value = found.path(field.getKey());
            if (!value.equals(field.getValue())) {
                differences.add(
                        "%s: %s %s expected, found %s"
                                .formatted(path, field.getKey(), field.getValue(), value));
            }
        }
        for (Map.Entry<String, JsonNode> field : found.properties()) {
            String name = field.getKey();
            if (!OURS.contains(name) && !expected.has(name)) {
                differences.add(
                        "%s: no %s expected, found %s".formatted(path, name, field.getValue()));
            }
        }
    }
}
