package mirage.agent.faults;

import static mirage.agent.faults.Fault.Ending.ERROR;
import static mirage.agent.faults.Fault.Ending.MADE;
import static mirage.agent.faults.Fault.Ending.WHOLE;

import mirage.agent.ServiceFault;
import mirage.agent.ServiceFault.Manner;
import mirage.library.View;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What an image service may do to its hosts. */
final class ServiceFaults {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String THREE_SECONDS = "agent.build_time=3s";

    private ServiceFaults() {}

    static Stream<Fault> all() {
        return Stream.of(away(), slow(), descriptions(), candidates(), deltas())
                .flatMap(List::stream);
    }

    private static List<Fault> away() {
        return List.of(
                Fault.of("refuses connections", ERROR, "", host -> host.wire.die()),
                Fault.of(
                        "refuses connections when the delta is asked",
                        ERROR,
                        "service",
                        answers(ServiceFaults::isDelta, host -> Manner.cutAt(0, host.wire::die))),
                Fault.of(
                        "dies in the middle of the delta",
                        ERROR,
                        "service",
                        answers(
                                ServiceFaults::isDelta,
                                host -> Manner.cutAt(8_000, host.wire::die))),
                Fault.of(
                        "dies in the middle of the image, and lives again",
                        WHOLE,
                        "no_base",
                        host -> {
                            Files.delete(host.base());
                            once(
                                            ServiceFaults::isBytes,
                                            Manner.cutAt(
                                                    600_000,
                                                    () -> {
                                                        sleep(SHORT);
                                                        host.wire.die();
                                                        after(
                                                                Duration.ofSeconds(1),
                                                                host.wire::live);
                                                    }))
                                    .on(host);
                        }),
                Fault.of(
                        "answers 500 to everything",
                        ERROR,
                        "",
                        answers(_ -> true, _ -> Manner.refusing(500))),
                Fault.of(
                        "answers 500 to what the deploy API has",
                        WHOLE,
                        ERROR,
                        "service",
                        answers(ServiceFaults::isDeploy, _ -> Manner.refusing(500))),
                Fault.of(
                        "has no deploy API",
                        WHOLE,
                        ERROR,
                        "not_offered",
                        answers(ServiceFaults::isDeploy, _ -> Manner.refusing(404))),
                Fault.of(
                        "refuses to name bases",
                        WHOLE,
                        "not_offered",
                        answers(ServiceFaults::isCandidates, _ -> Manner.refusing(403))),
                Fault.of(
                        "refuses the delta",
                        WHOLE,
                        "not_offered",
                        answers(ServiceFaults::isDelta, _ -> Manner.refusing(404))),
                Fault.of("is busy twice", MADE, "", twice(Manner.busy())),
                Fault.of("fails twice", MADE, "", twice(Manner.refusing(500))),
                Fault.of(
                        "cannot make the delta now, nor later",
                        WHOLE,
                        "service",
                        answers(ServiceFaults::isDelta, _ -> Manner.refusing(503))));
    }

    private static List<Fault> slow() {
        return List.of(
                Fault.of(
                        "is busy until it is too late",
                        WHOLE,
                        "late",
                        both(
                                host -> host.agent.set(THREE_SECONDS),
                                answers(ServiceFaults::isDelta, _ -> Manner.busy()))),
                Fault.of(
                        "sends the delta too slowly",
                        WHOLE,
                        MADE,
                        "late",
                        both(
                                host -> host.agent.set(THREE_SECONDS),
                                answers(
                                        ServiceFaults::isDelta,
                                        _ -> Manner.dripping(1000, Duration.ofMillis(400))))),
                Fault.of(
                        "does not say in time what the image is",
                        WHOLE,
                        "late",
                        both(
                                host -> host.agent.set(THREE_SECONDS),
                                answers(
                                        ServiceFaults::isDescription,
                                        _ -> silentFor(Duration.ofSeconds(5))))),
                Fault.of(
                        "sends the image for longer than a delta may take",
                        WHOLE,
                        "no_base",
                        both(
                                host -> Files.delete(host.base()),
                                both(
                                        host -> host.agent.set(THREE_SECONDS),
                                        answers(
                                                ServiceFaults::isBytes,
                                                _ ->
                                                        Manner.dripping(
                                                                100_000,
                                                                Duration.ofMillis(300)))))));
    }

    private static List<Fault> descriptions() {
        return List.of(
                Fault.of(
                        "describes in no JSON",
                        WHOLE,
                        ERROR,
                        "service",
                        says(ServiceFaults::isDescription, "%!")),
                Fault.of(
                        "describes by a list",
                        WHOLE,
                        ERROR,
                        "service",
                        says(ServiceFaults::isDescription, "[]")),
                Fault.of(
                        "describes nothing",
                        WHOLE,
                        ERROR,
                        "service",
                        says(ServiceFaults::isDescription, "{}")),
                Fault.of(
                        "describes by half of what it should",
                        WHOLE,
                        ERROR,
                        "service",
                        changes(
                                ServiceFaults::isDescription,
                                bytes -> Arrays.copyOf(bytes, bytes.length / 2))),
                Fault.of(
                        "describes by words where numbers should be",
                        WHOLE,
                        ERROR,
                        "service",
                        replaces(
                                ServiceFaults::isDescription,
                                "\"length\":",
                                "\"length\":\"x\",\"was\":")),
                Fault.of(
                        "describes ids that are none",
                        WHOLE,
                        ERROR,
                        "service",
                        replaces(
                                ServiceFaults::isDescription,
                                "\"near\":[",
                                "\"near\":[\"../../etc/passwd\",")),
                Fault.of(
                        "says other lengths",
                        WHOLE,
                        ERROR,
                        "delta",
                        replaces(ServiceFaults::isDescription, "\"length\":", "\"length\":1")),
                Fault.of(
                        "says that a container is a raw disk",
                        WHOLE,
                        ERROR,
                        "delta",
                        replaces(ServiceFaults::isDescription, "\"qcow2\"", "\"raw\"")),
                Fault.of(
                        "says another digest of what was uploaded, and there is no base",
                        WHOLE,
                        ERROR,
                        "no_base",
                        both(
                                host -> Files.delete(host.base()),
                                replaces(
                                        ServiceFaults::isDescription,
                                        "\"sha256\":\"",
                                        "\"sha256\":\"" + "0".repeat(64) + "\",\"was\":\""))));
    }

    private static List<Fault> candidates() {
        String base = "\"base\":\"" + Corpus.BASE + "\",\"base_view\":\"disk\"";
        return List.of(
                Fault.of(
                        "names bases in no JSON",
                        WHOLE,
                        "service",
                        says(ServiceFaults::isCandidates, "<html>")),
                Fault.of(
                        "names bases by a number",
                        WHOLE,
                        "service",
                        says(ServiceFaults::isCandidates, "7")),
                Fault.of(
                        "names no bases",
                        WHOLE,
                        "not_worthwhile",
                        says(ServiceFaults::isCandidates, "{\"deltas\": []}")),
                Fault.of(
                        "names bases that are none",
                        WHOLE,
                        "service",
                        says(
                                ServiceFaults::isCandidates,
                                "{\"deltas\": [7, {\"base\": \"\\u0000/..\"}]}")),
                Fault.of(
                        "names a base that nobody has",
                        WHOLE,
                        "not_worthwhile",
                        replaces(ServiceFaults::isCandidates, Corpus.BASE, Corpus.OTHER_BASE)),
                Fault.of(
                        "names a base in a view that is none",
                        WHOLE,
                        "service",
                        replaces(ServiceFaults::isCandidates, "\"disk\"", "\"tape\"")),
                Fault.of(
                        "says that a delta has fewer than no bytes",
                        WHOLE,
                        "service",
                        says(
                                ServiceFaults::isCandidates,
                                "{\"deltas\": [{" + base + ",\"bytes\":-1}]}")),
                Fault.of(
                        "says that a delta is greater than any disk",
                        WHOLE,
                        "not_worthwhile",
                        says(
                                ServiceFaults::isCandidates,
                                "{\"deltas\": [{" + base + ",\"bytes\":" + Long.MAX_VALUE + "}]}")),
                Fault.of(
                        "says that a delta is greater than any number",
                        WHOLE,
                        "service",
                        says(
                                ServiceFaults::isCandidates,
                                "{\"deltas\": [{" + base + ",\"bytes\":1e99}]}")),
                Fault.of(
                        "says that a delta is smaller than it is",
                        WHOLE,
                        "not_worthwhile",
                        both(
                                host -> host.agent.set("agent.worthwhile=0.001"),
                                says(
                                        ServiceFaults::isCandidates,
                                        "{\"deltas\": [{" + base + ",\"bytes\":1}]}"))),
                Fault.of(
                        "talks without end",
                        WHOLE,
                        "service",
                        changes(
                                ServiceFaults::isCandidates,
                                _ -> " ".repeat(9 << 20).getBytes(StandardCharsets.US_ASCII))));
    }

    private static List<Fault> deltas() {
        return List.of(
                Fault.of(
                        "the delta is damaged where the service keeps it",
                        MADE,
                        "",
                        rottenUntilMadeAnew()),
                delta("begins with another byte", bytes -> flipped(bytes, 0)),
                delta("has another byte in its index", bytes -> flipped(bytes, 40)),
                delta("has another byte in its middle", bytes -> flipped(bytes, bytes.length / 2)),
                delta("ends with another byte", bytes -> flipped(bytes, bytes.length - 1)),
                delta("has no bytes", _ -> new byte[0]),
                delta("has one byte", bytes -> Arrays.copyOf(bytes, 1)),
                delta("has half of its bytes", bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
                delta("lacks its last byte", bytes -> Arrays.copyOf(bytes, bytes.length - 1)),
                delta("has a byte too many", bytes -> Arrays.copyOf(bytes, bytes.length + 1)),
                delta("is noise", bytes -> noise(bytes.length)),
                Fault.of(
                        "the delta is that of another image",
                        WHOLE,
                        "delta",
                        otherDelta(Corpus.BASE, Corpus.SIBLINGS.getFirst(), false)),
                Fault.of(
                        "the delta is for the other view",
                        WHOLE,
                        "delta",
                        otherDelta(Corpus.BASE, Corpus.CHILD, true)),
                Fault.of(
                        "the delta is for another base",
                        WHOLE,
                        "base",
                        otherDelta(Corpus.OTHER_BASE, Corpus.CHILD, false)),
                Fault.of(
                        "the delta is another one after its first half",
                        WHOLE,
                        "delta",
                        host -> {
                            AtomicInteger asked = new AtomicInteger();
                            host.service.fault =
                                    new ServiceFault() {
                                        @Override
                                        public byte[] content(String target, byte[] honest) {
                                            return isDelta(target) && asked.incrementAndGet() > 1
                                                    ? noise(honest.length)
                                                    : honest;
                                        }

                                        @Override
                                        public Manner manner(String target) {
                                            return isDelta(target) && asked.get() == 1
                                                    ? Manner.cutAt(8_000)
                                                    : Manner.GOOD;
                                        }
                                    };
                        }));
    }

    private static Fault delta(String how, UnaryOperator<byte[]> change) {
        return Fault.of(
                "the delta " + how, WHOLE, "delta", changes(ServiceFaults::isDelta, change));
    }

    private static Fault.Step otherDelta(String base, String target, boolean otherView) {
        return host ->
                host.service.fault =
                        new ServiceFault() {
                            @Override
                            public byte[] content(String asked, byte[] honest) {
                                boolean container = asked.contains("view=container") != otherView;
                                return isDelta(asked)
                                        ? host.corpus.delta(
                                                base,
                                                target,
                                                container ? View.CONTAINER : View.DISK)
                                        : honest;
                            }
                        };
    }

    private static Fault.Step both(Fault.Step first, Fault.Step second) {
        return host -> {
            first.on(host);
            second.on(host);
        };
    }

    private static Fault.Step says(Predicate<String> what, String text) {
        return changes(what, _ -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static Fault.Step replaces(Predicate<String> what, String old, String with) {
        return changes(
                what,
                bytes ->
                        new String(bytes, StandardCharsets.UTF_8)
                                .replace(old, with)
                                .getBytes(StandardCharsets.UTF_8));
    }

    private static Fault.Step changes(Predicate<String> what, UnaryOperator<byte[]> change) {
        return host ->
                host.service.fault =
                        new ServiceFault() {
                            @Override
                            public byte[] content(String target, byte[] honest) {
                                return what.test(target) ? change.apply(honest) : honest;
                            }
                        };
    }

    private static Fault.Step answers(Predicate<String> what, Function<Host, Manner> manner) {
        return host ->
                host.service.fault =
                        new ServiceFault() {
                            @Override
                            public Manner manner(String target) {
                                return what.test(target) ? manner.apply(host) : Manner.GOOD;
                            }
                        };
    }

    /** What is longer than the first byte of an image is answered badly, the first time. */
    private static Fault.Step once(Predicate<String> what, Manner manner) {
        return host -> {
            AtomicInteger asked = new AtomicInteger();
            int probes = host.tier == Tier.SEEDING ? 0 : 1;
            answers(what, _ -> asked.getAndIncrement() == probes ? manner : Manner.GOOD).on(host);
        };
    }

    private static Fault.Step twice(Manner manner) {
        return host -> {
            AtomicInteger asked = new AtomicInteger();
            answers(
                            ServiceFaults::isDelta,
                            _ -> asked.incrementAndGet() <= 2 ? manner : Manner.GOOD)
                    .on(host);
        };
    }

    /** What the service keeps is damaged until it is made anew. */
    private static Fault.Step rottenUntilMadeAnew() {
        return host ->
                host.service.fault =
                        new ServiceFault() {
                            @Override
                            public byte[] delta(String target, byte[] honest, boolean anew) {
                                return anew ? honest : flipped(honest, honest.length / 2);
                            }
                        };
    }

    private static Manner silentFor(Duration time) {
        sleep(time);
        return Manner.GOOD;
    }

    private static void after(Duration time, Runnable step) {
        Thread.ofVirtual()
                .start(() -> {
                    sleep(time);
                    step.run();
                });
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isDeploy(String target) {
        return target.startsWith("/deploy/");
    }

    private static boolean isDelta(String target) {
        return target.contains("/delta?");
    }

    private static boolean isCandidates(String target) {
        return target.contains("/deltas?");
    }

    private static boolean isDescription(String target) {
        return target.equals("/deploy/v1/images/" + Corpus.CHILD);
    }

    private static boolean isBytes(String target) {
        return target.endsWith("/file");
    }

    static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 4;
        return flipped;
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        return noise;
    }
}
