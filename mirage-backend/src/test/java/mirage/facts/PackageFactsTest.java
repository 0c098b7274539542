package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.facts.Fact.Architecture;
import mirage.facts.Fact.EnabledUnit;
import mirage.facts.Fact.InstalledPackage;
import mirage.facts.Fact.OperatingSystem;
import mirage.facts.Guest.Told;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Package managers: what the golden databases hold by their own tools, and the text forms as their manuals show them. */
final class PackageFactsTest {
    @Test
    void dpkgKeepsStatesAndSources() throws IOException {
        Told told =
                new Guest()
                        .file(
                                "var/lib/dpkg/status",
                                "Package: libc6",
                                "Status: install ok installed",
                                "Architecture: amd64",
                                "Multi-Arch: same",
                                "Source: glibc",
                                "Version: 2.36-9+deb12u10",
                                "Description: GNU C Library",
                                " Version: of the description",
                                "",
                                "",
                                "Package: libgcc-s1",
                                "Status: hold ok unpacked",
                                "Source: gcc-12 (12.2.0-14)",
                                "Version: 12.2.0-14+b1",
                                "Architecture: amd64",
                                "",
                                "Package: nano",
                                "Status: deinstall ok config-files",
                                "Version: 7.2-1",
                                "Architecture: amd64")
                        .file("var/lib/dpkg/status.d/base", "Package: base", "Version: 1")
                        .file("var/lib/dpkg/status.d/base.md5sums", "0 x")
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        dpkg("libc6", "2.36-9+deb12u10", "amd64", "glibc", "", "installed"),
                        dpkg(
                                "libgcc-s1",
                                "12.2.0-14+b1",
                                "amd64",
                                "gcc-12",
                                "12.2.0-14",
                                "unpacked"),
                        dpkg("nano", "7.2-1", "amd64", "nano", "", "config-files"),
                        dpkg("base", "1", "", "base", "", "installed"));
        assertThat(told.warnings()).isEmpty();
    }

    private static InstalledPackage dpkg(
            String name,
            String version,
            String architecture,
            String source,
            String sourceVersion,
            String state) {
        return new InstalledPackage(
                "dpkg", name, version, architecture, source, sourceVersion, state);
    }

    @Test
    void aDamagedDatabaseIsAWarningAndOthersStay() throws IOException {
        Told told =
                new Guest()
                        .file(
                                "var/lib/dpkg/status",
                                "Package: a",
                                "Version: 1",
                                "",
                                "Version: 2",
                                "",
                                "Package: c")
                        .file("lib/apk/db/installed", "C:Q1", "P:musl", "V:1.2.5-r0", "A:x86_64")
                        .file("var/lib/rpm/Packages.db", "not a database of rpm, but of 32 bytes")
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        new InstalledPackage(
                                "apk", "musl", "1.2.5-r0", "x86_64", "musl", "", "installed"),
                        dpkg("a", "1", "", "a", "", ""));
        assertThat(told.warnings())
                .hasSize(2)
                .anyMatch(w ->
                        w.equals(
                                "facts of /var/lib/dpkg/status in volume 1: a stanza"
                                        + " without a package"))
                .anyMatch(w -> w.contains("/var/lib/rpm/Packages.db") && w.contains("magic"));
    }

    @Test
    void apkAndPacman() throws IOException {
        Told told =
                new Guest()
                        .file(
                                "lib/apk/db/installed",
                                "C:Q1+wKDnPbBq9JyxlkFXKaYlCFSKwA=",
                                "P:ssl_client",
                                "V:1.36.1-r29",
                                "A:x86_64",
                                "o:busybox",
                                "F:usr",
                                "R:P:x",
                                "",
                                "P:zlib",
                                "V:1.3.1-r1",
                                "A:x86_64",
                                "")
                        .file(
                                "var/lib/pacman/local/acl-2.3.2-1/desc",
                                "%NAME%",
                                "acl",
                                "",
                                "%VERSION%",
                                "2.3.2-1",
                                "",
                                "%BASE%",
                                "acl",
                                "",
                                "%DESC%",
                                "Access control list utilities",
                                "",
                                "%ARCH%",
                                "x86_64")
                        .file("var/lib/pacman/local/acl-2.3.2-1/files", "%FILES%")
                        .file("var/lib/pacman/local/broken-1/desc", "%VERSION%", "1")
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        new InstalledPackage(
                                "apk",
                                "ssl_client",
                                "1.36.1-r29",
                                "x86_64",
                                "busybox",
                                "",
                                "installed"),
                        new InstalledPackage(
                                "apk", "zlib", "1.3.1-r1", "x86_64", "zlib", "", "installed"),
                        new InstalledPackage(
                                "pacman", "acl", "2.3.2-1", "x86_64", "acl", "", "installed"));
        assertThat(told.warnings()).singleElement().asString().contains("broken-1", "%NAME%");
    }

    @ParameterizedTest
    @CsvSource({
        "rpmdb.sqlite, var/lib/rpm",
        "Packages.db,  usr/lib/sysimage/rpm",
        "Packages,     var/lib/rpm",
    })
    void rpmSaysWhatRpmSays(String database, String directory) throws IOException {
        Told told =
                new Guest()
                        .file(directory + "/" + database, GoldenFiles.unpacked("facts/" + database))
                        .told();
        assertThat(told.warnings()).isEmpty();
        assertThat(told.facts())
                .containsExactlyInAnyOrderElementsOf(
                        text("facts/rpm.expected")
                                .lines()
                                .map(line -> line.split("\t", -1))
                                .map(f ->
                                        (Fact)
                                                new InstalledPackage(
                                                        "rpm",
                                                        f[0],
                                                        f[1],
                                                        f[2],
                                                        f[3],
                                                        "",
                                                        "installed"))
                                .toList());
    }

    @Test
    void aLogThatWasNotEmptiedIsToldOf() throws IOException {
        Told told =
                new Guest()
                        .file("var/lib/rpm/rpmdb.sqlite-wal", "x")
                        .file("usr/share/rpm/rpmdb.sqlite-wal")
                        .told();
        assertThat(told.warnings()).singleElement().asString().contains("/var/lib/rpm", "log");
    }

    @Test
    void windowsSaysItInItsRegistry() throws IOException {
        Told told =
                new Guest("ntfs")
                        .file("Windows/System32/config/SOFTWARE", hive("software"))
                        .file("Windows/System32/config/SYSTEM", hive("system"))
                        .told();
        assertThat(told.warnings()).isEmpty();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new OperatingSystem(
                                "windows",
                                "10.0.20348.169",
                                "21H2",
                                "Windows Server 2022 Standard",
                                ""),
                        windows("Cloudbase-Init 1.1.4", "1.1.4", "", "Cloudbase Solutions Srl"),
                        windows("Git", "2.45.1", "", ""),
                        windows("Altes Werkzeug fürs Büro", "7", "x86", ""),
                        new Architecture("x86_64"),
                        new EnabledUnit("windows", "cloudbase-init", "auto"),
                        new EnabledUnit("windows", "EventLog", "auto"));
    }

    private static InstalledPackage windows(
            String name, String version, String architecture, String publisher) {
        return new InstalledPackage(
                "windows", name, version, architecture, publisher, "", "installed");
    }

    private static ByteSource hive(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked("facts/" + name));
    }

    private static String text(String golden) throws IOException {
        return new String(GoldenFiles.bytes(golden), StandardCharsets.UTF_8);
    }
}
