package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.facts.Fact.ListeningService;
import mirage.facts.Guest.Told;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Systems whose files are behind symbolic links, as distributions have them. */
final class LinkedFactsTest {
    private static final String[] STATUS = {
        "Package: bash", "Status: install ok installed", "Version: 5.2", "Architecture: amd64"
    };

    /** Fedora's editions. */
    @Test
    void aReleaseIsFoundBehindSeveralLinks() throws IOException {
        Told told =
                new Guest()
                        .link("etc/os-release", "../usr/lib/os-release")
                        .link("usr/lib/os-release", "./os.release.d/os-release-cloud")
                        .file("usr/lib/os.release.d/os-release-cloud", "ID=fedora", "VERSION_ID=39")
                        .told();
        assertThat(told.facts()).hasSize(1);
        assertThat(told.facts().getFirst().values()).startsWith("fedora", "39");
        assertThat(told.sources()).containsExactly("/usr/lib/os.release.d/os-release-cloud");
        assertThat(told.warnings()).isEmpty();
    }

    @Test
    void olderReleasesAreLinksToo() throws IOException {
        Told told =
                new Guest()
                        .file("etc/fedora-release", "Fedora release 12 (Constantine)")
                        .link("etc/redhat-release", "fedora-release")
                        .link("etc/system-release", "fedora-release")
                        .told();
        assertThat(told.facts()).hasSize(1);
        assertThat(told.facts().getFirst().values()).startsWith("fedora", "12", "Constantine");
        assertThat(told.sources()).containsExactly("/etc/fedora-release");
    }

    /** NixOS: absolute targets, and a directory that is a link on the way. */
    @Test
    void aLinkInTheMiddleOfAWayIsFollowed() throws IOException {
        Told told =
                new Guest()
                        .link("etc/os-release", "/etc/static/os-release")
                        .link("etc/static", "/nix/store/1-etc/etc")
                        .link("nix/store/1-etc/etc/os-release", "/nix/store/2-os-release")
                        .file("nix/store/2-os-release", "ID=nixos")
                        .told();
        assertThat(told.facts()).hasSize(1);
        assertThat(told.sources()).containsExactly("/nix/store/2-os-release");
    }

    @Test
    void aDatabaseIsFoundWhereItsDirectoryLeads() throws IOException {
        Told told =
                new Guest()
                        .link("var/lib/dpkg", "../../usr/lib/sysimage/dpkg")
                        .file("usr/lib/sysimage/dpkg/status", STATUS)
                        .file("usr/lib/sysimage/dpkg-other/status", STATUS)
                        .told();
        assertThat(told.facts(FactKind.PACKAGE)).hasSize(1);
        assertThat(told.sources()).containsExactly("/usr/lib/sysimage/dpkg/status");
    }

    @Test
    void aWholeDirectoryOfConfigurationMayBeElsewhere() throws IOException {
        Told told =
                new Guest()
                        .link("etc", "system/configuration")
                        .link("system/configuration/os-release", "../../usr/lib/os-release.real")
                        .file("system/configuration/passwd", "me:x:1:1::/:/bin/sh")
                        .file("usr/lib/os-release.real", "ID=mine")
                        .told();
        assertThat(told.facts(FactKind.ACCOUNT)).hasSize(1);
        assertThat(told.facts(FactKind.OPERATING_SYSTEM)).hasSize(1);
    }

    /** Fedora's rpm, and directories merged into /usr: what is found where it lies is told once. */
    @Test
    void nothingIsToldTwice() throws IOException {
        Told merged =
                new Guest()
                        .link("lib", "usr/lib")
                        .link("bin", "usr/bin")
                        .link("vmlinuz", "boot/vmlinuz-1")
                        .link("boot/vmlinuz", "vmlinuz-1")
                        .file("boot/vmlinuz-1", new byte[10])
                        .file("usr/lib/modules/1/modules.dep")
                        .file("usr/lib/apk/db/installed", "P:musl", "V:1")
                        .link("etc/os-release", "../usr/lib/os-release")
                        .link("usr/share/os-release", "../lib/os-release")
                        .file("usr/lib/os-release", "ID=x")
                        .told();
        assertThat(merged.facts(FactKind.KERNEL)).hasSize(2);
        assertThat(merged.facts(FactKind.PACKAGE)).hasSize(1);
        assertThat(merged.facts(FactKind.OPERATING_SYSTEM)).hasSize(1);
        assertThat(merged.warnings()).isEmpty();
    }

    @Test
    void anEnabledSiteMayLieAnywhere() throws IOException {
        Told told =
                new Guest()
                        .link("etc/nginx/sites-enabled/shop", "/srv/shop/nginx.conf")
                        .link("etc/nginx/sites-enabled/default", "../sites-available/default")
                        .file("etc/nginx/sites-available/default", "listen 80;")
                        .file("etc/nginx/sites-available/other", "listen 81;")
                        .file("srv/shop/nginx.conf", "listen 8080;")
                        .told();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new ListeningService("nginx", "tcp", "", "80"),
                        new ListeningService("nginx", "tcp", "", "8080"));
    }

    @Test
    void targetsInASubvolumeAreOfItsSystem() throws IOException {
        Told told =
                new Guest("btrfs")
                        .link("@/etc/os-release", "/usr/lib/os-release-1")
                        .file("@/usr/lib/os-release-1", "ID=right")
                        .file("usr/lib/os-release-1", "ID=wrong")
                        .link("@/var/lib/dpkg", "/data/dpkg")
                        .file("@/data/dpkg/status", STATUS)
                        .told();
        assertThat(told.facts()).hasSize(2);
        assertThat(told.sources())
                .containsExactlyInAnyOrder("/@/usr/lib/os-release-1", "/@/data/dpkg/status");
    }

    @Test
    void hostileLinksAreHarmless() throws IOException {
        Guest guest = new Guest();
        guest.link("etc/passwd", "passwd").link("etc/shadow", "../../../../etc/shadow");
        guest.link("etc/os-release", "/proc/../../missing").link("usr/lib/os-release", "/");
        guest.link("boot", ".").link("var/lib", "/").link("rpm", "/").link("dpkg", "/");
        for (int i = 0; i < 20_000; i++) {
            guest.link("etc/nginx/sites-enabled/" + i, "../" + "sites-enabled/../".repeat(100) + i);
        }
        Told told = guest.told();
        assertThat(told.facts()).isEmpty();
        assertThat(told.warnings()).isEmpty();
    }
}
