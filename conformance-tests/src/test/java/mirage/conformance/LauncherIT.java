package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.conformance.Commands.Finished;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Which Java the launcher takes and what it tells it, with Javas that only say how they were called. */
final class LauncherIT {
    @TempDir Path folder;

    private Path launcher;

    /** The launcher as it is installed: beside lib/, without sources. */
    @BeforeEach
    void install() throws IOException {
        Path installed = Files.createDirectory(folder.resolve("installed"));
        Files.createDirectory(installed.resolve("lib"));
        launcher = Files.copy(Launcher.FILE, installed.resolve("mirage"));
    }

    @Test
    void theJavaNamedForMirageComesFirst() throws Exception {
        Path named = java("named", "27.0.1");
        java("installed/runtime", "25");
        assertThat(start("MIRAGE_JAVA_HOME", named).orFail().text())
                .startsWith("named ")
                .contains(
                        "-cp "
                                + launcher.resolveSibling("lib")
                                + "/* mirage.command.MirageCommand");
    }

    @Test
    void aNamedJavaThatIsTooOldIsRefusedAndNotReplaced() throws Exception {
        java("installed/runtime", "25");
        Finished refused = start("MIRAGE_JAVA_HOME", java("named", "21.0.2"));
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.errors()).hasLineCount(1).contains("MIRAGE_JAVA_HOME", "25");
    }

    @Test
    void theBundledRuntimeComesBeforeJavaHome() throws Exception {
        java("installed/runtime", "25.0.3");
        assertThat(start("JAVA_HOME", java("home", "25")).orFail().text()).startsWith("runtime ");
    }

    @Test
    void aJavaTooOldIsPassedOver() throws Exception {
        java("installed/runtime", "17.0.15");
        assertThat(start("JAVA_HOME", java("home", "25-ea")).orFail().text()).startsWith("home ");
    }

    @Test
    void withoutReleaseFileTheJavaItselfIsAsked() throws Exception {
        Path home = java("home", "26");
        Files.delete(home.resolve("release"));
        assertThat(start("JAVA_HOME", home).orFail().text()).startsWith("home ");
    }

    @Test
    void itWorksThroughALinkAndFromAnyFolder() throws Exception {
        java("installed/runtime", "25");
        Path link = Files.createSymbolicLink(folder.resolve("mirage-link"), launcher);
        ProcessBuilder process = process(link, "ls", "two words", "*");
        process.directory(Path.of("/").toFile());
        assertThat(Commands.run(process).orFail().text())
                .startsWith("runtime ")
                .endsWith("mirage.command.MirageCommand ls two words *\n");
    }

    @Test
    void optionsReplaceTheDefaultsTheyContradict() throws Exception {
        java("installed/runtime", "25");
        assertThat(Commands.run(process(launcher)).orFail().text())
                .contains("-Xmx512m", "-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED");

        ProcessBuilder process = process(launcher);
        process.environment().put("MIRAGE_JAVA_OPTS", "-Xmx2g -XX:+UseZGC -Dx=y");
        assertThat(Commands.run(process).orFail().text())
                .contains("-Xmx2g -XX:+UseZGC -Dx=y")
                .doesNotContain("512m", "Parallel");
    }

    /** A Java that prints its folder's name and its arguments. */
    private Path java(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(
                java,
                """
                #!/bin/sh
                [ "$1" = -version ] && echo 'openjdk version "%s" 2026-01-01' >&2 && exit
                echo "$(basename "$(dirname "$(dirname "$0")")")" "$@"
                """
                        .formatted(version));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private Finished start(String variable, Path home) throws IOException, InterruptedException {
        ProcessBuilder process = process(launcher, "ls");
        process.environment().put(variable, home.toString());
        return Commands.run(process);
    }

    private static ProcessBuilder process(Path launcher, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = launcher.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().keySet().removeIf(name -> name.startsWith("MIRAGE_"));
        return process;
    }
}
