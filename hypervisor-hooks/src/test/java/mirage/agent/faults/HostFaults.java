package mirage.agent.faults;

import static mirage.agent.faults.Fault.Ending.ERROR;
import static mirage.agent.faults.Fault.Ending.IMAGE;
import static mirage.agent.faults.Fault.Ending.MADE;
import static mirage.agent.faults.Fault.Ending.WHOLE;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.ServiceFault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** What may happen to files of a host. */
final class HostFaults {
    /** In the disk of the base and of its children. */
    private static final int USED = 500_000;

    /** Zeros in the base and in its children. */
    private static final int UNUSED = 1_900_000;

    private static final int SHORTER = 1_000_000;

    private HostFaults() {}

    static Stream<Fault> all() {
        return Stream.of(bases(), basesUnderRead(), disks(), inventories(), shelves())
                .flatMap(List::stream);
    }

    private static List<Fault> bases() {
        return List.of(
                Fault.of("the base rots where it is used", WHOLE, "base", host -> rot(host, USED)),
                Fault.of("the base rots where it is not used", MADE, "", host -> rot(host, UNUSED)),
                Fault.of("the base is cut short", WHOLE, "base", HostFaults::cut),
                Fault.of(
                        "the base is cut short after it was used",
                        WHOLE,
                        "base",
                        host -> {
                            use(host);
                            cut(host);
                        }),
                Fault.of(
                        "the base rots after it was used",
                        WHOLE,
                        "base",
                        host -> {
                            use(host);
                            rot(host, USED);
                        }),
                Fault.of("the base is gone", WHOLE, "no_base", host -> Files.delete(host.base())),
                Fault.of(
                        "the base is gone after it was used",
                        WHOLE,
                        "no_base",
                        host -> {
                            use(host);
                            Files.delete(host.base());
                            host.disk.forget(Corpus.SIBLINGS.getFirst());
                        }),
                Fault.of(
                        "the base is another image's",
                        WHOLE,
                        "base",
                        host -> Disk.put(Corpus.disk(Corpus.OTHER_BASE), host.base())),
                Fault.of(
                        "the base is a folder",
                        WHOLE,
                        "no_base",
                        host -> {
                            Files.delete(host.base());
                            Files.createDirectory(host.base());
                        }),
                Fault.of(
                        "the base is a link",
                        WHOLE,
                        "no_base",
                        host -> {
                            Path elsewhere = host.agent.instances.resolve("elsewhere");
                            Files.move(host.base(), elsewhere);
                            Files.createSymbolicLink(host.base(), elsewhere);
                        }),
                Fault.of(
                        "the base is empty",
                        WHOLE,
                        "base",
                        host -> Disk.put(new byte[0], host.base())));
    }

    private static List<Fault> basesUnderRead() {
        return List.of(
                Fault.of(
                        "the base goes when the delta comes",
                        WHOLE,
                        "base",
                        whenDeltaIsAsked(host -> Files.delete(host.base()))),
                Fault.of(
                        "the base is cut short when the delta comes",
                        WHOLE,
                        "base",
                        whenDeltaIsAsked(HostFaults::cut)),
                Fault.of(
                        "the base becomes another when the delta comes",
                        WHOLE,
                        "base",
                        whenDeltaIsAsked(
                                host -> Disk.put(Corpus.disk(Corpus.OTHER_BASE), host.base()))),
                Fault.of(
                        "the base goes while it is read",
                        IMAGE,
                        "",
                        whileBaseIsRead(host -> Files.deleteIfExists(host.base()))),
                Fault.of(
                        "the base is cut short while it is read",
                        IMAGE,
                        "",
                        whileBaseIsRead(HostFaults::cut)),
                Fault.of(
                        "the base becomes another while it is read",
                        IMAGE,
                        "",
                        whileBaseIsRead(
                                host -> Disk.put(Corpus.disk(Corpus.OTHER_BASE), host.base()))),
                Fault.of(
                        "the base is written over while it is read",
                        IMAGE,
                        "",
                        whileBaseIsRead(
                                host -> Files.write(host.base(), Corpus.disk(Corpus.OTHER_BASE)))));
    }

    private static List<Fault> disks() {
        return List.of(
                Fault.of(
                        "too little of the disk is free",
                        WHOLE,
                        ERROR,
                        "room",
                        host -> host.agent.set("agent.reserve=1000000000000000000")),
                Fault.of(
                        "the budget is too small for the image",
                        WHOLE,
                        "room",
                        host -> host.agent.set("agent.state_budget=400000")),
                Fault.of(
                        "the budget is nothing",
                        WHOLE,
                        "room",
                        host -> host.agent.set("agent.state_budget=0")),
                Fault.of(
                        "the disk is full when the delta is written",
                        WHOLE,
                        "room",
                        host ->
                                Files.createSymbolicLink(
                                        host.workFile(1, "delta"), Path.of("/dev/full"))),
                Fault.of(
                        "the place for what is under way is gone",
                        WHOLE,
                        ERROR,
                        "disk",
                        host -> Files.delete(host.agent.state.resolve("work"))),
                Fault.of(
                        "the place for images is gone",
                        WHOLE,
                        ERROR,
                        "disk",
                        host -> Files.delete(host.agent.state.resolve("built"))),
                Fault.of(
                        "the inventory cannot be written",
                        WHOLE,
                        ERROR,
                        "disk",
                        host -> blocked(host.agent.state.resolve("inventory.json.new"))),
                Fault.of(
                        "the folder of bases cannot be written",
                        MADE,
                        ERROR,
                        "",
                        host -> {
                            for (int number = 1; number < 4; number++) {
                                blocked(
                                        host.agent
                                                .baseOf(Corpus.CHILD)
                                                .resolveSibling(
                                                        ".mirage-"
                                                                + Disk.nameOf(Corpus.CHILD)
                                                                + "."
                                                                + number));
                            }
                        }),
                Fault.of(
                        "the folder of locks cannot be written",
                        MADE,
                        ERROR,
                        "",
                        host -> Files.writeString(host.agent.instances.resolve("locks"), "")),
                Fault.of(
                        "the lock is a folder",
                        MADE,
                        ERROR,
                        "",
                        host ->
                                Files.createDirectories(
                                        host.agent
                                                .instances
                                                .resolve("locks")
                                                .resolve("nova-" + Disk.nameOf(Corpus.CHILD)))));
    }

    private static List<Fault> inventories() {
        return List.of(
                inventory("has no bytes", _ -> ""),
                inventory("is noise", _ -> "\u0000\u0001 noise"),
                inventory("is a list", _ -> "[]"),
                inventory("is cut short", text -> text.substring(0, text.length() / 2)),
                inventory(
                        "is of a version to come",
                        text -> text.replace("\"version\" : 1", "\"version\" : 2")),
                inventory("has no stamps", text -> text.replace("\"stamp\"", "\"was\"")),
                inventory("has views that are none", text -> text.replace("\"DISK\"", "\"TAPE\"")),
                inventory("has ids that are none", text -> text.replace(Corpus.BASE, "../..")),
                inventory("is nested without end", _ -> "{\"held\":".repeat(5000)),
                Fault.of(
                        "a crash left files that nobody knows",
                        MADE,
                        "",
                        host -> {
                            host.agent.stop();
                            for (String left :
                                    List.of(
                                            "state/work/" + Corpus.CHILD + ".1.delta",
                                            "state/built/" + Corpus.CHILD + ".disk",
                                            "state/built/" + Corpus.CHILD + ".container",
                                            "state/inventory.json.new",
                                            "state/control-key.new",
                                            "instances/_base/.mirage-"
                                                    + Disk.nameOf(Corpus.CHILD)
                                                    + ".7",
                                            "instances/locks/.mirage-nova-"
                                                    + Disk.nameOf(Corpus.CHILD)
                                                    + ".7")) {
                                Path file = host.agent.state.resolveSibling(left);
                                Files.createDirectories(file.getParent());
                                Files.writeString(file, "half of it");
                            }
                            host.agent.start();
                        }));
    }

    private static List<Fault> shelves() {
        return List.of(
                shelf("rots while the agent rests", file -> flip(file, USED)),
                shelf("is cut short while the agent rests", file -> shorten(file, SHORTER)),
                shelf("goes while the agent rests", Files::delete),
                shelf(
                        "becomes another while the agent rests",
                        file -> Disk.put(new byte[(int) Files.size(file)], file)),
                Fault.of(
                        "its image on the shelf goes",
                        MADE,
                        "",
                        host -> {
                            host.tier.makeOnShelf(Corpus.CHILD, host);
                            Files.delete(onShelf(host));
                        }));
    }

    private interface Change {
        void of(Path file) throws IOException;
    }

    private interface Text {
        String of(String text);
    }

    private static Fault shelf(String how, Change change) {
        return Fault.of(
                "its image on the shelf " + how,
                MADE,
                "",
                host -> {
                    host.tier.makeOnShelf(Corpus.CHILD, host);
                    host.agent.stop();
                    change.of(onShelf(host));
                    host.agent.start();
                });
    }

    private static Path onShelf(Host host) throws IOException {
        List<Path> files = host.disk.shelf();
        assertThat(files).hasSize(1);
        return files.getFirst();
    }

    private static Fault inventory(String how, Text change) {
        return Fault.of(
                "the inventory " + how,
                MADE,
                "",
                host -> {
                    use(host);
                    host.agent.stop();
                    Path file = host.agent.state.resolve("inventory.json");
                    String before = Files.readString(file);
                    String after = change.of(before);
                    assertThat(after).isNotEqualTo(before);
                    Files.writeString(file, after, StandardCharsets.UTF_8);
                    host.agent.start();
                });
    }

    /** The agent knows the base, and has used it. */
    private static void use(Host host) throws IOException {
        String sibling = Corpus.SIBLINGS.getFirst();
        assertThat(host.bring(sibling)).isEmpty();
        host.disk.forget(sibling);
    }

    private static void rot(Host host, int at) throws IOException {
        flip(host.base(), at);
    }

    private static void cut(Host host) throws IOException {
        shorten(host.base(), SHORTER);
    }

    static void flip(Path file, int at) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), at);
        }
    }

    static void shorten(Path file, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    /** Nothing can be written there, whoever tries. */
    private static void blocked(Path file) throws IOException {
        Files.createDirectories(file.resolve("something"));
    }

    private static Fault.Step whenDeltaIsAsked(Fault.Step step) {
        return host ->
                host.service.fault =
                        new ServiceFault() {
                            @Override
                            public byte[] content(String target, byte[] honest) {
                                if (target.contains("/delta?")) {
                                    run(step, host);
                                }
                                return honest;
                            }
                        };
    }

    /** When the file that is made of the base has its first bytes; never, when that goes too fast to be seen. */
    private static Fault.Step whileBaseIsRead(Fault.Step step) {
        return whenDeltaIsAsked(host -> {
            ServiceFault now = host.service.fault;
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        while (now.equals(host.service.fault)) {
                            if (isBeingMade(host)) {
                                run(step, host);
                                return;
                            }
                        }
                    });
        });
    }

    private static boolean isBeingMade(Host host) {
        try {
            Path file = host.workFile(2, host.tier == Tier.ORIGINAL ? "container" : "disk");
            return Files.exists(file) && Files.size(file) > 0;
        } catch (IOException between) {
            return false;
        }
    }

    private static void run(Fault.Step step, Host host) {
        try {
            step.on(host);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
