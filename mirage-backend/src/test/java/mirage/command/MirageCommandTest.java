package mirage.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.GoldenFiles;
import mirage.library.Ext4Images;
import mirage.library.LibrarySettings;
import mirage.library.MirageLibrary;
import mirage.library.TarFiles;

import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The commands as a person types them, on a small ext4 image. */
final class MirageCommandTest {
    private static final String RELEASE = "NAME=\"Small\"\nID=small\n";

    @TempDir private static Path directory;

    private static Path image = Path.of("");
    private static Path data = Path.of("");

    @BeforeAll
    static void importImage() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        Files.createDirectories(tree.resolve("etc"));
        Files.createDirectories(tree.resolve("usr/lib"));
        Files.writeString(tree.resolve("usr/lib/os-release"), RELEASE);
        Files.createSymbolicLink(tree.resolve("etc/os-release"), Path.of("../usr/lib/os-release"));
        Files.createSymbolicLink(tree.resolve("loop"), Path.of("loop"));
        Files.writeString(tree.resolve("esc\u001b[2Jape\u009b"), "odd name");
        image = Files.write(directory.resolve("small.img"), Ext4Images.make(tree, directory, 8));
        data = directory.resolve("data");
        Run run = run("import", "--id", "small-1", "--name", "small", image.toString());
        assertThat(run.exit).as(run.err).isZero();
        assertThat(run.out).isEqualTo("small-1  small\n");
        run("import", "--id", "twin-1", "--name", "twin", image.toString());
        run("import", "--id", "twin-2", "--name", "twin", image.toString());
    }

    @Test
    void lsListsAndTellsAsJson() throws IOException {
        assertThat(run("ls").out.lines().toList())
                .hasSize(4)
                .anyMatch(line -> line.matches("small-1 +raw +8\\.39 MB +structured +small"));
        JsonNode images = json("ls", "--json");
        assertThat(images).hasSize(3);
        assertThat(images.get(0).get("id").asText()).isEqualTo("small-1");
        assertThat(images.get(0).get("size").asLong()).isEqualTo(Files.size(image));
        assertThat(images.get(0).get("sha512").asText()).hasSize(128);
    }

    @Test
    void logicalVolumesAreCalledByTheirNames() throws IOException {
        Path disk =
                Files.write(directory.resolve("lvm.img"), GoldenFiles.unpacked("lvm/linear.disk"));
        Path other = directory.resolve("volumes");
        runOn(other, "import", "--id", "lvm", disk.toString());
        JsonNode volumes =
                new ObjectMapper()
                        .readTree(runOn(other, "info", "--json", "lvm").out)
                        .get("volumes");
        Map<String, JsonNode> byName = new HashMap<>();
        volumes.forEach(volume -> byName.put(volume.get("volume").asText(), volume));
        assertThat(byName.keySet())
                .containsExactlyInAnyOrder("1", "2", "vg0/root", "vg0/swap", "vg0/data-2_x.y+z");
        JsonNode root = Objects.requireNonNull(byName.get("vg0/root"));
        assertThat(root.get("table").asText()).isEqualTo("lvm2");
        assertThat(root.get("pieces").asInt()).isEqualTo(2);
        assertThat(root.get("indexed").asBoolean()).isTrue();
        JsonNode swap = Objects.requireNonNull(byName.get("vg0/swap"));
        assertThat(swap.get("fileSystem").asText()).isEqualTo("swap");
        assertThat(swap.get("indexed").asBoolean()).isFalse();
        JsonNode physical = Objects.requireNonNull(byName.get("2"));
        assertThat(physical.get("fileSystem").asText()).isEqualTo("LVM2_member");

        String all = runOn(other, "files", "lvm").out;
        String some = runOn(other, "files", "--volume", "vg0/root", "lvm").out;
        assertThat(all).contains("vg0/root  ").contains("vg0/data-2_x.y+z  ").contains(some);
        assertThat(some).contains("/a/in-pieces").doesNotContain("data-2");
        assertThat(runOn(other, "files", "--volume", "vg0/none", "lvm").err)
                .contains("no volume vg0/none");
    }

    @Test
    void theDisksOfAMachineAreToldApart() throws IOException {
        Path machine = directory.resolve("machine.ova");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(Files.newOutputStream(machine))) {
            String disks = "<File id='%s' href='%s'/><Disk fileRef='%s'/>";
            TarFiles.addMember(
                    tar,
                    "box.ovf",
                    ("<Envelope>"
                                    + disks.replace("%s", "one")
                                    + disks.replace("%s", "two")
                                    + "</Envelope>")
                            .getBytes(StandardCharsets.UTF_8));
            TarFiles.addMember(tar, "one", Files.readAllBytes(image));
            TarFiles.addMember(tar, "two", GoldenFiles.unpacked("lvm/linear.disk"));
        }
        Path other = directory.resolve("machines");
        runOn(other, "import", "--id", "machine", machine.toString());
        JsonNode told = new ObjectMapper().readTree(runOn(other, "info", "--json", "machine").out);
        assertThat(told.get("format").asText()).isEqualTo("ova");
        assertThat(told.get("disks").findValuesAsText("disk")).containsExactly("one", "two");
        assertThat(told.get("volumes").findValuesAsText("volume"))
                .contains("one", "two:1", "two:2", "vg0/root");
        assertThat(runOn(other, "cat", "--volume", "one", "machine", "/etc/os-release").out)
                .isEqualTo(RELEASE);
        assertThat(runOn(other, "files", "--volume", "vg0/root", "machine").out)
                .contains("/a/in-pieces");
        Path out = directory.resolve("disk.raw");
        assertFails(
                runOn(other, "export", "--view", "disk", "machine", out.toString()),
                "several disks");
        assertThat(out).doesNotExist();
        runOn(other, "export", "machine", out.toString());
        assertThat(out).hasSameBinaryContentAs(machine);
    }

    @Test
    void infoTellsVolumesAndSharing() throws IOException {
        assertThat(run("info", "small").out)
                .contains("format: raw")
                .contains("ext4")
                .contains("6d697261-6765-4000-8000-000000000001");
        assertThat(json("info", "--json", "small-1").get("virtualSize").asLong())
                .isEqualTo(Files.size(image));
    }

    @Test
    void filesListsEveryPath() throws IOException {
        String listed = run("files", "small").out;
        assertThat(listed).contains("/etc/os-release -> ../usr/lib/os-release");
        assertThat(listed)
                .contains("/esc?[2Jape?")
                .doesNotContain("\u001b")
                .doesNotContain("\u009b");
        JsonNode files = json("files", "--json", "small");
        Map<String, JsonNode> byPath = new HashMap<>();
        files.forEach(file -> byPath.put(file.get("path").asText(), file));
        JsonNode release = Objects.requireNonNull(byPath.get("/usr/lib/os-release"));
        assertThat(release.get("size").asInt()).isEqualTo(RELEASE.length());
        assertThat(release.get("sha256").asText()).hasSize(64);
        assertThat(byPath).containsKeys("/", "/esc\u001b[2Jape\u009b");
    }

    @Test
    void catFollowsLinksAndRefusesLoops() throws IOException {
        Run run = run("cat", "small", "/etc/os-release");
        assertThat(run.exit).isZero();
        assertThat(run.out).isEqualTo(RELEASE);
        assertFails(run("cat", "small", "/loop"), "symbolic links");
        assertFails(run("cat", "small", "/etc"), "/etc is no regular file");
        assertFails(run("cat", "small", "/nowhere"), "image small has no /nowhere");
    }

    @Test
    void factsTellWhatSystemItIsAndWhichFileSaysSo() throws IOException {
        assertThat(run("facts", "small").out).isEqualTo("systems\tsmall\t\t\tSmall\t\n");
        JsonNode facts = json("facts", "--json", "--kind", "systems", "--kind", "units", "small");
        assertThat(facts).hasSize(1);
        assertThat(facts.get(0).get("kind").asText()).isEqualTo("systems");
        assertThat(facts.get(0).get("id").asText()).isEqualTo("small");
        assertThat(facts.get(0).has("version")).isFalse();
        assertThat(facts.get(0).get("file").asText()).isEqualTo("/usr/lib/os-release");
        assertThat(run("facts", "--kind", "packages", "small").out).isEmpty();
        assertThat(run("facts", "--kind", "nonsense", "small").err)
                .contains("systems, kernels")
                .contains("'nonsense'");
    }

    @Test
    void exportGivesTheImageBack() throws IOException {
        Path target = directory.resolve("exported.img");
        assertThat(run("export", "small", target.toString()).exit).isZero();
        assertThat(Files.mismatch(target, image)).isEqualTo(-1);
        assertThat(run("export", "--view", "disk", "small", target.toString()).exit).isZero();
        assertThat(Files.mismatch(target, image)).isEqualTo(-1);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    @Test
    void statsAndVerify() throws IOException {
        assertThat(run("stats", "--per-image").out).contains("images     3").contains("small-1");
        JsonNode stats = json("stats", "--json", "--per-image");
        assertThat(stats.get("uploadedBytes").asLong()).isEqualTo(3 * Files.size(image));
        assertThat(stats.get("storedBytes").asLong()).isLessThan(Files.size(image));
        assertThat(stats.get("perImage")).hasSize(3);
        assertThat(run("verify").out).isEqualTo("all is well\n");
    }

    @Test
    void benchMeasuresAndCleansUp() throws IOException {
        Path work = Files.createDirectories(directory.resolve("work"));
        CommandLine line = MirageCommand.commandLine();
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        int exit = line.execute("bench", "--work", work.toString(), image.toString());
        assertThat(exit).isZero();
        assertThat(out.toString()).contains("| small.img | 8 |").contains("1 images, 8 MB");
        try (Stream<Path> files = Files.list(work)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void benchOfDeltasMakesTheImageAndCleansUp() throws IOException {
        Path work = Files.createDirectories(directory.resolve("deltas"));
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length - 1] ^= 1;
        Path other = Files.write(directory.resolve("other.img"), bytes);
        CommandLine line = MirageCommand.commandLine();
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        String pair = image + ":" + other;
        assertThat(line.execute("bench", "deltas", "--work", work.toString(), pair)).isZero();
        assertThat(out.toString()).contains("| small.img → other.img | 0.0");
        try (Stream<Path> files = Files.list(work)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void damageEndsVerifyWithOne() throws IOException {
        Path damaged = directory.resolve("damaged");
        CommandLine line = MirageCommand.commandLine();
        assertThat(line.execute("import", "--data", damaged.toString(), image.toString())).isZero();
        try (Stream<Path> packs = Files.walk(damaged.resolve("blobs/packs"))) {
            Files.delete(packs.filter(Files::isRegularFile).findFirst().orElseThrow());
        }
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        assertThat(line.execute("verify", "--data", damaged.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("small.img").contains("1 damaged");
    }

    @Test
    void mistakesAreOneLineAndOneOrTwo() throws IOException {
        assertFails(run("info", "twin"), "2 images have the name twin");
        assertFails(run("info", "nobody"), "no image has the id or name nobody");
        assertFails(run("import", "no-such-file"), "no-such-file: no such file");
        assertFails(run("import", "--id", "a/b", image.toString()), "found a/b");
        assertFails(
                run("import", "--id", "small-1", image.toString()), "is in the library already");
        assertFails(run("info", "two\nlines"), "two?lines");
        CommandLine line = quiet();
        assertThat(line.execute("ls", "--data", directory.resolve("none").toString())).isEqualTo(1);
        assertThat(line.execute("no-such-command")).isEqualTo(2);
        assertThat(line.execute("export", "--view", "sideways", "small", "x")).isEqualTo(2);
        assertThat(line.execute("cat", "small")).isEqualTo(2);
    }

    @Test
    void commandsLookAtALibraryThatIsInUseAndDoNotAddToIt() throws IOException {
        try (MirageLibrary library = MirageLibrary.open(data, LibrarySettings.defaults())) {
            assertThat(library.list()).hasSize(3);
            Path copy = directory.resolve("copy.img");
            assertThat(run("ls").out).contains("small-1");
            assertThat(run("cat", "small", "/etc/os-release").out).isEqualTo(RELEASE);
            assertThat(run("export", "small", copy.toString()).exit).isZero();
            assertThat(Files.mismatch(copy, image)).isEqualTo(-1);
            assertThat(run("verify").exit).isZero();
            Run refused = run("import", "--id", "more", image.toString());
            assertThat(refused.exit).isEqualTo(1);
            assertThat(refused.err).contains("is in use by process").hasLineCount(1);
        }
        try (Stream<Path> nodes = Files.list(data.resolve("nodes"))) {
            assertThat(nodes.map(path -> path.getFileName().toString())).containsExactly("default");
        }
    }

    @Test
    void everyHelpHasAnExample() {
        CommandLine line = MirageCommand.commandLine();
        assertThat(line.getSubcommands()).hasSizeGreaterThanOrEqualTo(9);
        assertThat(line.getUsageMessage()).contains("Examples:");
        line.getSubcommands()
                .forEach((name, command) -> {
                    assertThat(command.getUsageMessage())
                            .as(name)
                            .contains("Example")
                            .contains("  mirage " + name);
                    assertThat(quiet().execute(name, "--help")).as(name).isZero();
                });
    }

    private static CommandLine quiet() {
        CommandLine line = MirageCommand.commandLine();
        line.setErr(new PrintWriter(new StringWriter()));
        line.setOut(new PrintWriter(new StringWriter()));
        return line;
    }

    private static void assertFails(Run run, String message) {
        assertThat(run.exit).isEqualTo(1);
        assertThat(run.err).startsWith("mirage: ").contains(message).hasLineCount(1);
        assertThat(run.out).isEmpty();
    }

    private static JsonNode json(String... arguments) throws IOException {
        Run run = run(arguments);
        assertThat(run.exit).as(run.err).isZero();
        return new ObjectMapper().readTree(run.out);
    }

    private record Run(int exit, String out, String err) {}

    /** A command on the test's library; {@code cat} writes to standard output itself. */
    private static Run run(String... arguments) {
        return runOn(data, arguments);
    }

    private static Run runOn(Path library, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = arguments[0];
        all[1] = "--data";
        all[2] = library.toString();
        System.arraycopy(arguments, 1, all, 3, arguments.length - 1);
        CommandLine line = MirageCommand.commandLine();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        if (!arguments[0].equals("cat")) {
            int exit = line.execute(all);
            return new Run(exit, out.toString(), err.toString());
        }
        PrintStream standard = System.out;
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        System.setOut(new PrintStream(raw, true, StandardCharsets.UTF_8));
        try {
            int exit = line.execute(all);
            return new Run(exit, raw.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(standard);
        }
    }
}
