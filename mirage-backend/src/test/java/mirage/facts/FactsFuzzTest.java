package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Whatever is written over a source of facts, it ends in facts that can be stored and a bounded number of warnings, and
 * never in a failure of its collector.
 */
final class FactsFuzzTest {
    private static final long INPUTS = 3000;
    private static final String CONFIG = "Windows/System32/config/";

    /** Path in the guest to the golden file. */
    private static final Map<String, String> GOLDENS =
            new TreeMap<>(
                    Map.of(
                            "var/lib/rpm/rpmdb.sqlite",
                            "rpmdb.sqlite",
                            "var/lib/rpm/Packages.db",
                            "Packages.db",
                            "var/lib/rpm/Packages",
                            "Packages",
                            "usr/bin/tool",
                            "go-program",
                            CONFIG + "SOFTWARE",
                            "software",
                            CONFIG + "SYSTEM",
                            "system"));

    /** Path in the guest to what is in it. */
    private static final Map<String, String> TEXTS =
            new TreeMap<>(
                    Map.of(
                            "var/lib/dpkg/status",
                            "Package: a\nStatus: install ok installed\nSource: b (1)\nVersion: 2\n\n"
                                    + "Package: b\nVersion: 1:1-1\nArchitecture: amd64\n",
                            "lib/apk/db/installed",
                            "P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\nP:zlib\nV:1\n",
                            "var/lib/pacman/local/a-1/desc",
                            "%NAME%\na\n\n%VERSION%\n1\n\n%ARCH%\nany\n",
                            "etc/os-release",
                            "ID=\"de\\\"bian\"\nVERSION_ID='12'\nPRETTY_NAME=\"Debian\"\n",
                            "etc/redhat-release",
                            "CentOS release 6.10 (Final)\n",
                            "etc/passwd",
                            "root:x:0:0:root:/root:/bin/bash\nd::1:1::/:/usr/sbin/nologin\n",
                            "etc/systemd/system/a.socket",
                            "[Socket]\nListenStream=[::1]:80\nListenDatagram=69\n",
                            "etc/ssh/sshd_config",
                            "Port 22\nListenAddress 10.0.0.1:22\n",
                            "srv/node_modules/a/package.json",
                            "{\"name\": \"a\", \"x\": [{\"y\": 1}], \"version\": \"1\"}",
                            "x/a.egg-info",
                            "Metadata-Version: 2.1\nName: a\nVersion: 1\n\nName: b\n"));

    @Test
    void mutatedDatabasesEndInFactsAndWarnings() throws IOException {
        fuzz(
                List.copyOf(GOLDENS.keySet()),
                path -> {
                    byte[] golden = GoldenFiles.unpacked("facts/" + GOLDENS.get(path));
                    return path.endsWith("tool") ? Arrays.copyOf(golden, 512 << 10) : golden;
                });
    }

    @Test
    void mutatedTextsEndInFactsAndWarnings() throws IOException {
        fuzz(
                List.copyOf(TEXTS.keySet()),
                path -> String.valueOf(TEXTS.get(path)).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void mutatedProgramsAndArchivesEndInFactsAndWarnings() throws IOException {
        fuzz(
                List.of("bin/sh", "opt/a.jar", "boot/vmlinuz-1"),
                path ->
                        switch (path) {
                            case "bin/sh" -> GoldenFiles.unpacked("facts/go-program");
                            case "opt/a.jar" -> archive();
                            default -> {
                                byte[] kernel = new byte[4096];
                                System.arraycopy(
                                        "HdrS".getBytes(StandardCharsets.US_ASCII),
                                        0,
                                        kernel,
                                        0x202,
                                        4);
                                kernel[0x20f] = 4;
                                kernel[0x600] = '6';
                                yield kernel;
                            }
                        });
    }

    @FunctionalInterface
    private interface Originals {
        byte[] load(String path) throws IOException;
    }

    private static void fuzz(List<String> paths, Originals originals) throws IOException {
        long[] told = new long[2];
        for (String path : paths) {
            assertThat(new Guest().file(path, originals.load(path)).told().warnings())
                    .as(path)
                    .isEmpty();
            Fuzz.run(
                    List.of(path),
                    name -> new Mutator(originals.load(name)),
                    INPUTS / paths.size(),
                    input -> {
                        Guest.Told found = new Guest().file(path, input).told();
                        told[0] += found.facts().size();
                        told[1] += found.warnings().size();
                        for (String warning : found.warnings()) {
                            if (warning.contains("reader failed")) {
                                throw new AssertionError(warning);
                            }
                        }
                    });
        }
        assertThat(told[0]).isPositive();
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("META-INF/maven/g/a/pom.properties"));
            zip.write("groupId=g\nartifactId=a\nversion=1\n".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.write("Implementation-Title: a\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
