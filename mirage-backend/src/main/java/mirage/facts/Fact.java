package mirage.facts;

import java.util.List;

/**
 * Something that a file of an image plainly says of the system in it. All values are the guest's words, hostile text of
 * any characters; they are empty where the file does not say. Nothing is guessed, and nothing is secret: hashes of
 * passwords never get into a fact.
 */
public sealed interface Fact {
    FactKind kind();

    /** The values of the kind's {@link FactKind#fields}, in their order. */
    List<String> values();

    /**
     * A distribution, or a Windows.
     *
     * @param id in lower case, as {@code ID} of os-release: {@code debian}, {@code rhel}, {@code windows}
     * @param version as {@code VERSION_ID}; of Windows {@code major.minor.build.revision}
     * @param codename such as {@code bookworm}; of Windows what it calls its display version, {@code 22H2}
     * @param name for people
     * @param like ids of what it derives from, space between them
     */
    record OperatingSystem(String id, String version, String codename, String name, String like)
            implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.OPERATING_SYSTEM;
        }

        @Override
        public List<String> values() {
            return List.of(id, version, codename, name, like);
        }
    }

    /**
     * A Linux kernel or the modules of one.
     *
     * @param version as {@code uname -r} would say
     * @param part {@code image} or {@code modules}
     * @param build who built it and when, as the image itself says
     */
    record Kernel(String version, String part, String build) implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.KERNEL;
        }

        @Override
        public List<String> values() {
            return List.of(version, part, build);
        }
    }

    /**
     * What the system's programs run on.
     *
     * @param machine as {@code uname -m} would say: {@code x86_64}, {@code aarch64}
     */
    record Architecture(String machine) implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.ARCHITECTURE;
        }

        @Override
        public List<String> values() {
            return List.of(machine);
        }
    }

    /**
     * A boot loader that is installed.
     *
     * @param name {@code grub}, {@code shim}, {@code systemd-boot}, {@code syslinux}, {@code lilo}, {@code windows}
     * @param platform {@code bios} or {@code efi}; empty where its files do not say
     */
    record BootLoader(String name, String platform) implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.BOOT_LOADER;
        }

        @Override
        public List<String> values() {
            return List.of(name, platform);
        }
    }

    /**
     * A package that a package manager knows of.
     *
     * @param manager {@code dpkg}, {@code rpm}, {@code apk}, {@code pacman}, {@code windows}
     * @param version in the manager's own form, with epoch and release
     * @param source what it was built from
     * @param sourceVersion version of that, where it is another one
     * @param state {@code installed}, or the manager's word for what it is instead
     */
    record InstalledPackage(
            String manager,
            String name,
            String version,
            String architecture,
            String source,
            String sourceVersion,
            String state)
            implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.PACKAGE;
        }

        @Override
        public List<String> values() {
            return List.of(manager, name, version, architecture, source, sourceVersion, state);
        }
    }

    /**
     * A package of a programming language.
     *
     * @param ecosystem by the type that package URLs have for it: {@code pypi}, {@code npm}, {@code maven},
     *     {@code golang}
     * @param name in the ecosystem's form; of {@code maven} {@code group:artifact}
     */
    record LanguagePackage(String ecosystem, String name, String version) implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.LIBRARY;
        }

        @Override
        public List<String> values() {
            return List.of(ecosystem, name, version);
        }
    }

    /**
     * A unit that starts with the system.
     *
     * @param manager {@code systemd}, {@code openrc}, {@code windows}
     * @param target what wants it: a systemd unit, a runlevel, {@code auto} of Windows
     */
    record EnabledUnit(String manager, String name, String target) implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.UNIT;
        }

        @Override
        public List<String> values() {
            return List.of(manager, name, target);
        }
    }

    /**
     * An account of Unix.
     *
     * @param login {@code password}: with one; {@code open}: without any; {@code locked}: with none that fits, which
     *     leaves keys; {@code none}: its shell lets nobody in; {@code unknown}: nothing says
     */
    record UserAccount(String name, String uid, String gid, String home, String shell, String login)
            implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.ACCOUNT;
        }

        @Override
        public List<String> values() {
            return List.of(name, uid, gid, home, shell, login);
        }
    }

    /**
     * A service that its configuration lets listen. What a program does where its configuration says nothing is no
     * fact.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @param address that it says; empty for all
     * @param port number, or the name of one
     */
    record ListeningService(String service, String protocol, String address, String port)
            implements Fact {
        @Override
        public FactKind kind() {
            return FactKind.LISTENER;
        }

        @Override
        public List<String> values() {
            return List.of(service, protocol, address, port);
        }
    }
}
