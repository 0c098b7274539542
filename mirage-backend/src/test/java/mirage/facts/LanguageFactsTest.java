package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.facts.Fact.LanguagePackage;
import mirage.facts.Guest.Told;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What languages installed, in archives made by the JDK and a program built by Go. */
final class LanguageFactsTest {
    private static final int LEAST_GO_BYTES = 512 << 10;

    @Test
    void pythonInAllItsForms() throws IOException {
        String site = "usr/lib/python3/dist-packages/";
        Told told =
                new Guest()
                        .file(
                                site + "requests-2.28.1.dist-info/METADATA",
                                "Metadata-Version: 2.1",
                                "Name: requests",
                                "Version: 2.28.1",
                                "",
                                "Name: not this")
                        .file(site + "PyYAML-6.0.egg-info/PKG-INFO", "Name: PyYAML", "Version: 6.0")
                        .file(site + "six-1.16.0.egg-info", "Name: six", "Version: 1.16.0")
                        .file(site + "requests-2.28.1.dist-info/RECORD", "Name: x")
                        .file(site + "empty.egg-info")
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        new LanguagePackage("pypi", "PyYAML", "6.0"),
                        new LanguagePackage("pypi", "requests", "2.28.1"),
                        new LanguagePackage("pypi", "six", "1.16.0"));
        assertThat(told.warnings()).isEmpty();
    }

    @Test
    void nodeTellsPackagesAndNotWhatIsInThem() throws IOException {
        String modules = "srv/app/node_modules/";
        Told told =
                new Guest()
                        .file(
                                modules + "express/package.json",
                                "{\"author\": {\"name\": \"no\"}, \"name\": \"express\",",
                                " \"version\": \"4.19.2\", \"files\": [\"name\"]}")
                        .file(
                                modules + "@types/node/package.json",
                                "{\"name\": \"@types/node\", \"version\": \"20.1.0\"}")
                        .file(modules + "express/lib/package.json", "{\"name\": \"inner\"}")
                        .file("srv/app/package.json", "{\"name\": \"app\"}")
                        .file(modules + "broken/package.json", "{\"name\": ")
                        .file(modules + "deep/package.json", "[".repeat(100_000))
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        new LanguagePackage("npm", "@types/node", "20.1.0"),
                        new LanguagePackage("npm", "express", "4.19.2"));
        assertThat(told.warnings())
                .hasSize(2)
                .allMatch(w -> w.contains("broken") || w.contains("deep"));
    }

    @Test
    void javaArchivesTellWhatMavenPutIntoThemAndIntoThoseInThem() throws IOException {
        String pom = "META-INF/maven/org.slf4j/slf4j-api/pom.properties";
        byte[] slf4j =
                zip(
                        Map.of(
                                pom,
                                bytes(
                                        "#comment\nversion=2.0.13\ngroupId=org.slf4j\n"
                                                + "artifactId=slf4j-api\n"),
                                "META-INF/MANIFEST.MF",
                                bytes("Bundle-SymbolicName: unused\n")),
                        ZipEntry.DEFLATED);
        byte[] bundle =
                zip(
                        Map.of(
                                "META-INF/MANIFEST.MF",
                                bytes(
                                        "Manifest-Version: 1.0\r\n"
                                                + "Bundle-SymbolicName: org.x;singleton:=true\r\n"
                                                + "Bundle-Version: 3.1\r\n\r\n")),
                        ZipEntry.DEFLATED);
        byte[] boot =
                zip(
                        Map.of(
                                "BOOT-INF/lib/slf4j-api-2.0.13.jar",
                                slf4j,
                                "BOOT-INF/lib/broken.jar",
                                bytes("no archive")),
                        ZipEntry.STORED);
        byte[] withLauncher = new byte[boot.length + 1000];
        System.arraycopy(boot, 0, withLauncher, 1000, boot.length);
        Told told =
                new Guest()
                        .file("opt/a.jar", slf4j)
                        .file("opt/b.jar", bundle)
                        .file("opt/c.war", withLauncher)
                        .told();
        LanguagePackage expected = new LanguagePackage("maven", "org.slf4j:slf4j-api", "2.0.13");
        assertThat(told.facts())
                .containsExactly(expected, new LanguagePackage("maven", "org.x", "3.1"), expected);
        assertThat(told.warnings()).singleElement().asString().contains("/opt/c.war", "an archive");
    }

    @Test
    void anArchiveThatClaimsToInflateWithoutEndIsRefused() throws IOException {
        byte[] bomb =
                zip(
                        Map.of("META-INF/maven/g/a/pom.properties", new byte[64 << 20]),
                        ZipEntry.DEFLATED);
        Told told = new Guest().file("opt/bomb.jar", bomb).told();
        assertThat(told.facts()).isEmpty();
        assertThat(told.warnings()).singleElement().asString().contains("at most 262144 bytes");
    }

    @Test
    void aProgramOfGoTellsWhatItWasBuiltWith() throws IOException {
        byte[] program = Arrays.copyOf(GoldenFiles.unpacked("facts/go-program"), LEAST_GO_BYTES);
        String version =
                new String(GoldenFiles.bytes("facts/go-program.expected"), StandardCharsets.UTF_8)
                        .strip();
        Told told = new Guest().file("usr/bin/go-rpmdb", program).told();
        assertThat(told.facts())
                .containsExactly(new LanguagePackage("golang", "stdlib", version.substring(2)));
        assertThat(told.warnings()).isEmpty();
    }

    @Test
    void modulesOfGoAreThoseThatReplacedOthers() throws IOException {
        String modules =
                "path\texample.org/tool\n"
                        + "mod\texample.org/tool\tv1.2.3\th1:x=\n"
                        + "dep\tgolang.org/x/sys\tv0.1.0\n"
                        + "=>\texample.org/sys\tv0.2.0\th1:y=\n"
                        + "dep\tgithub.com/a/b\tv1.0.0\th1:z=\n"
                        + "build\t-compiler=gc\n";
        Told told = new Guest().file("usr/bin/tool", goProgram("go1.24.4 X:y", modules)).told();
        assertThat(told.facts())
                .containsExactly(
                        go("stdlib", "1.24.4"),
                        go("example.org/tool", "v1.2.3"),
                        go("example.org/sys", "v0.2.0"),
                        go("github.com/a/b", "v1.0.0"));
    }

    private static LanguagePackage go(String name, String version) {
        return new LanguagePackage("golang", name, version);
    }

    /** The golden program's section with other texts, as debug/buildinfo describes them. */
    private static byte[] goProgram(String version, String modules) throws IOException {
        byte[] program = Arrays.copyOf(GoldenFiles.unpacked("facts/go-program"), LEAST_GO_BYTES);
        ByteBuffer section = ByteBuffer.allocate(1000);
        String marked = "0123456789abcdef" + modules + "fedcba9876543210";
        for (String text : List.of(version, marked)) {
            int length = text.length();
            while (length >= 128) {
                section.put((byte) (length | 128));
                length >>>= 7;
            }
            section.put((byte) length).put(text.getBytes(StandardCharsets.US_ASCII));
        }
        // The section is at 4096 in the file; its header, the first behind the empty one, says how
        // long it is.
        System.arraycopy(section.array(), 0, program, LEAST_GO_BYTES - 1000, section.position());
        ByteBuffer elf = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(LEAST_GO_BYTES - 1032, elf, 4096, 32);
        int header = (int) elf.getLong(40) + 64;
        elf.putLong(header + 24, LEAST_GO_BYTES - 1032).putLong(header + 32, 1032);
        return program;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zip(Map<String, byte[]> entries, int method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            for (Map.Entry<String, byte[]> entry : new LinkedHashMap<>(entries).entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                if (method == ZipEntry.STORED) {
                    CRC32 crc = new CRC32();
                    crc.update(entry.getValue());
                    header.setSize(entry.getValue().length);
                    header.setCrc(crc.getValue());
                }
                zip.putNextEntry(header);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
