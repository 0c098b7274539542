package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.facts.Fact.Architecture;
import mirage.facts.Fact.BootLoader;
import mirage.facts.Fact.EnabledUnit;
import mirage.facts.Fact.Kernel;
import mirage.facts.Fact.ListeningService;
import mirage.facts.Fact.OperatingSystem;
import mirage.facts.Fact.UserAccount;
import mirage.facts.Guest.Told;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the files of a system say of the system itself, in the forms that the manuals of each give. */
final class SystemFactsTest {
    private static final OperatingSystem BOOKWORM =
            new OperatingSystem("debian", "12", "bookworm", "Debian \"12\"", "");

    @Test
    void osReleaseSaysItAllAndOthersKeepSilent() throws IOException {
        Told told =
                new Guest()
                        .link("etc/os-release", "../usr/lib/os-release")
                        .file("etc/debian_version", "12.11")
                        .file("etc/lsb-release", "DISTRIB_ID=Other")
                        .file(
                                "usr/lib/os-release",
                                "# a comment",
                                "PRETTY_NAME=\"Debian \\\"12\\\"\"",
                                "ID=debian",
                                "VERSION_ID='12'",
                                "VERSION_CODENAME=bookworm",
                                "junk")
                        .told();
        assertThat(told.facts()).containsExactly(BOOKWORM);
        assertThat(told.sources()).containsExactly("/usr/lib/os-release");
        assertThat(told.warnings()).isEmpty();
    }

    @Test
    void administratorsFileComesFirst() throws IOException {
        Told told =
                new Guest()
                        .file("etc/os-release", "ID=mine", "ID_LIKE=\"debian ubuntu\"")
                        .file("usr/lib/os-release", "ID=debian")
                        .told();
        assertThat(told.facts())
                .containsExactly(new OperatingSystem("mine", "", "", "", "debian ubuntu"));
    }

    @Test
    void olderSystemsSayItInTheirOwnWay() throws IOException {
        assertThat(
                        new Guest()
                                .file("etc/centos-release", "CentOS release 6.10 (Final)")
                                .file("etc/redhat-release", "CentOS release 6.10 (Final)")
                                .told()
                                .facts())
                .containsExactly(
                        new OperatingSystem(
                                "centos", "6.10", "Final", "CentOS release 6.10 (Final)", ""));
        assertThat(
                        new Guest()
                                .file(
                                        "etc/redhat-release",
                                        "Red Hat Enterprise Linux Server release 5.11 (Tikanga)")
                                .told()
                                .facts(FactKind.OPERATING_SYSTEM)
                                .getFirst()
                                .values())
                .startsWith("rhel", "5.11", "Tikanga");
        assertThat(new Guest().file("etc/debian_version", "6.0.10").told().facts())
                .containsExactly(new OperatingSystem("debian", "6.0.10", "", "", ""));
        assertThat(
                        new Guest()
                                .file(
                                        "etc/lsb-release",
                                        "DISTRIB_ID=Ubuntu",
                                        "DISTRIB_RELEASE=10.04",
                                        "DISTRIB_CODENAME=lucid",
                                        "DISTRIB_DESCRIPTION=\"Ubuntu 10.04.4 LTS\"")
                                .file("etc/debian_version", "squeeze/sid")
                                .told()
                                .facts())
                .containsExactly(
                        new OperatingSystem("ubuntu", "10.04", "lucid", "Ubuntu 10.04.4 LTS", ""));
    }

    @Test
    void aRootInASubvolumeIsFound() throws IOException {
        for (String root : new String[] {"@/", "root/", "@/.snapshots/7/snapshot/"}) {
            Told told = new Guest("btrfs").file(root + "etc/os-release", "ID=suse").told();
            assertThat(told.facts()).as(root).hasSize(1);
            assertThat(told.sources()).containsExactly("/" + root + "etc/os-release");
        }
        assertThat(new Guest("ext4").file("root/etc/os-release", "ID=no").told().facts()).isEmpty();
    }

    @Test
    void kernelsSayTheirVersionAndTreesOfModulesHaveItAsName() throws IOException {
        Told told =
                new Guest()
                        .file("boot/vmlinuz-6.1.0-18-amd64", kernel("6.1.0-18-amd64 (a@b) #1 SMP"))
                        .file("boot/vmlinuz-lts", kernel("6.6.31-0-lts"))
                        .file("boot/vmlinux-5.10-arm", new byte[4096])
                        .link("vmlinuz", "boot/vmlinuz-6.1.0-18-amd64")
                        .file("usr/lib/modules/6.1.0-18-amd64/modules.dep")
                        .file("usr/lib/modules/6.1.0-18-amd64/modules.order")
                        .file("lib/modules/5.10-arm/kernel/modules.order")
                        .told();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new Kernel("6.1.0-18-amd64", "image", "(a@b) #1 SMP"),
                        new Kernel("6.6.31-0-lts", "image", ""),
                        new Kernel("5.10-arm", "image", ""),
                        new Kernel("6.1.0-18-amd64", "modules", ""));
    }

    /** The fields of the boot protocol that matter here. */
    private static byte[] kernel(String version) {
        ByteBuffer image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
        image.putShort(0x20e, (short) 0x600);
        image.put(0x800, version.getBytes(StandardCharsets.US_ASCII));
        return image.array();
    }

    @Test
    void theShellTellsTheArchitecture() throws IOException {
        Told told =
                new Guest()
                        .link("usr/bin/sh", "dash")
                        .file("usr/bin/bash", "#!/bin/false", "x".repeat(100))
                        .file("usr/bin/dash", Files.readAllBytes(Path.of("/bin/dash").toRealPath()))
                        .file("usr/bin/true", "")
                        .told();
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
        assertThat(told.facts()).containsExactly(new Architecture(machine));
        assertThat(told.sources()).containsExactly("/usr/bin/dash");
    }

    @Test
    void bootLoadersAreKnownByTheirFiles() throws IOException {
        Told told =
                new Guest()
                        .file("boot/grub/grub.cfg", "x")
                        .file("boot/grub/i386-pc/core.img", "x")
                        .file("boot/grub/i386-pc/normal.mod", "x")
                        .file("EFI/debian/shimx64.efi", "x")
                        .file("EFI/debian/grubx64.efi", "x")
                        .file("efi/Microsoft/Boot/bootmgfw.efi", "x")
                        .file("usr/lib/grub/x86_64-efi/normal.mod", "x")
                        .file("usr/lib/systemd/boot/efi/systemd-bootx64.efi", "x")
                        .told();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new BootLoader("grub", "bios"),
                        new BootLoader("shim", "efi"),
                        new BootLoader("grub", "efi"),
                        new BootLoader("windows", "efi"));
        assertThat(new Guest().file("grub2/grub.cfg", "x").told().facts())
                .containsExactly(new BootLoader("grub", ""));
    }

    @Test
    void accountsTellWhetherALoginIsPossibleAndNeverAHash() throws IOException {
        Told told =
                new Guest()
                        .file(
                                "etc/passwd",
                                "root:x:0:0:root:/root:/bin/bash",
                                "daemon:x:1:1::/:/usr/sbin/nologin",
                                "debian:x:1000:1000:Debian:/home/debian:/bin/bash",
                                "guest:x:1001:1001::/home/guest:/bin/sh",
                                "old:$1$secret:1002:1002::/home/old:/bin/sh",
                                "strange:x:1003:1003::/:/bin/sh",
                                "not an account")
                        .file(
                                "etc/shadow",
                                "root:*:19000:0:99999:7:::",
                                "daemon:$6$secret:19000::::::",
                                "debian:$y$secret:19000::::::",
                                "guest::19000::::::")
                        .told();
        assertThat(told.facts())
                .containsExactly(
                        new UserAccount("root", "0", "0", "/root", "/bin/bash", "locked"),
                        new UserAccount("daemon", "1", "1", "/", "/usr/sbin/nologin", "none"),
                        new UserAccount(
                                "debian", "1000", "1000", "/home/debian", "/bin/bash", "password"),
                        new UserAccount("guest", "1001", "1001", "/home/guest", "/bin/sh", "open"),
                        new UserAccount("old", "1002", "1002", "/home/old", "/bin/sh", "password"),
                        new UserAccount("strange", "1003", "1003", "/", "/bin/sh", "unknown"));
        assertThat(told.found().toString()).doesNotContain("secret");
    }

    @Test
    void unitsAreEnabledUnlessMaskedAndEnabledSocketsListen() throws IOException {
        String units = "usr/lib/systemd/system/";
        String etc = "etc/systemd/system/";
        Told told =
                new Guest()
                        .link(etc + "multi-user.target.wants/ssh.service", "/lib/ssh.service")
                        .link(etc + "multi-user.target.wants/masked.service", "/lib/masked.service")
                        .link(etc + "masked.service", "/dev/null")
                        .link(etc + "sshd.service", "/lib/ssh.service")
                        .link(etc + "sockets.target.wants/web.socket", "/lib/web.socket")
                        .link(units + "sockets.target.wants/vendor.socket", "../vendor.socket")
                        .link("etc/runlevels/default/sshd", "/etc/init.d/sshd")
                        .file(
                                units + "web.socket",
                                "[Socket]",
                                "ListenStream=80",
                                "ListenStream=",
                                "ListenStream=[::1]:8080",
                                "ListenStream=/run/web")
                        .file(units + "vendor.socket", "ListenDatagram = x", "ListenDatagram=69")
                        .file(units + "off.socket", "ListenStream=23")
                        .told();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new EnabledUnit("openrc", "sshd", "default"),
                        new EnabledUnit("systemd", "ssh.service", "multi-user.target"),
                        new EnabledUnit("systemd", "web.socket", "sockets.target"),
                        new ListeningService("vendor.socket", "udp", "", "69"),
                        new ListeningService("web.socket", "tcp", "[::1]", "8080"));
    }

    @Test
    void configurationsSayWhatTheySayAndNoDefaults() throws IOException {
        Told told =
                new Guest()
                        .file(
                                "etc/ssh/sshd_config",
                                "#Port 22",
                                "Port 2222",
                                "ListenAddress 10.0.0.1:2200",
                                "ListenAddress 10.0.0.2")
                        .file("etc/apache2/ports.conf", "Listen 80", "\tListen 443")
                        .file("etc/nginx/nginx.conf", "http {", "  listen unix:/run/x;", "}")
                        .file(
                                "etc/nginx/sites-available/default",
                                "server {",
                                "  listen 80 default_server;",
                                "  listen [::]:80 default_server;",
                                "  # listen 443 ssl;")
                        .file("etc/nginx/sites-available/off", "listen 8080;")
                        .link(
                                "etc/nginx/sites-enabled/default",
                                "/etc/nginx/sites-available/default")
                        .file("etc/postgresql/15/main/postgresql.conf", "port = 5433\t# (change)")
                        .file("etc/redis/redis.conf", "port 0")
                        .told();
        assertThat(told.facts())
                .containsExactlyInAnyOrder(
                        new ListeningService("sshd", "tcp", "", "2222"),
                        new ListeningService("sshd", "tcp", "10.0.0.1", "2200"),
                        new ListeningService("apache", "tcp", "", "80"),
                        new ListeningService("apache", "tcp", "", "443"),
                        new ListeningService("nginx", "tcp", "", "80"),
                        new ListeningService("nginx", "tcp", "[::]", "80"),
                        new ListeningService("postgresql", "tcp", "", "5433"));
    }
}
