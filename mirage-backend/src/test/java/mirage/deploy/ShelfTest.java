package mirage.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

@Timeout(60)
final class ShelfTest {
    private static final ShelfName ONE = new ShelfName("one.v1.delta");
    private static final ShelfName TWO = new ShelfName("two.v1.delta");
    private static final ShelfName THREE = new ShelfName("three.v1.delta");

    @TempDir private Path directory;
    private final AtomicInteger makings = new AtomicInteger();
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-04T05:06:07Z"));

    private Shelf open(long budget) throws IOException {
        return open(new ShelfSettings(budget, 1, 2, Duration.ofSeconds(20)));
    }

    private Shelf open(ShelfSettings settings) throws IOException {
        InstantSource ticking = () -> now.getAndUpdate(time -> time.plusSeconds(1));
        Clock clock = ticking.withZone(ZoneOffset.UTC);
        return Shelf.open(directory, settings, clock);
    }

    private Shelf.Making text(String text) {
        return (scratch, content, _) -> {
            makings.incrementAndGet();
            assertThat(scratch.size()).isZero();
            scratch.write(ByteBuffer.wrap(new byte[] {1}));
            content.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        };
    }

    private static String read(ShelvedFile file) throws IOException {
        try (file) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            file.transferTo(0, file.length(), Channels.newChannel(bytes));
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsMadeStaysAlsoForTheNextProcess() throws Exception {
        try (Shelf shelf = open(1_000)) {
            assertThat(shelf.length(ONE)).isEmpty();
            assertThat(read(shelf.get(ONE, text("hello"), false))).isEqualTo("hello");
            assertThat(read(shelf.get(ONE, text("other"), false))).isEqualTo("hello");
            assertThat(shelf.length(ONE)).isEqualTo(OptionalLong.of(5));
            assertThat(List.of(shelf.made(), shelf.hits(), shelf.misses()))
                    .containsExactly(1L, 1L, 1L);
        }
        try (Shelf shelf = open(1_000);
                ShelvedFile file = shelf.get(ONE, text("other"), false)) {
            assertThat(file.sha256())
                    .isEqualTo(
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256")
                                                    .digest(
                                                            "hello"
                                                                    .getBytes(
                                                                            StandardCharsets
                                                                                    .US_ASCII))));
            ByteBuffer part = ByteBuffer.allocate(10);
            assertThat(file.readAt(3, part)).isEqualTo(2);
            assertThat(file.readAt(5, part)).isZero();
            assertThat(file.readAt(Long.MAX_VALUE, part)).isZero();
            assertThat(new String(part.array(), 0, 2, StandardCharsets.US_ASCII)).isEqualTo("lo");
            assertThatThrownBy(() ->
                            file.transferTo(1, 5, Channels.newChannel(new ByteArrayOutputStream())))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(names()).containsExactly(ONE.value());
        assertThat(makings).hasValue(1);
    }

    @Test
    void manyThatAskWaitForOne() throws Exception {
        CountDownLatch allAsk = new CountDownLatch(10);
        try (Shelf shelf = open(1_000);
                ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(
                        askers.submit(() -> {
                            allAsk.countDown();
                            return read(
                                    shelf.get(
                                            ONE,
                                            (scratch, content, stopped) -> {
                                                await(allAsk);
                                                text("hello").make(scratch, content, stopped);
                                            },
                                            false));
                        }));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo("hello");
            }
        }
        assertThat(makings).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void whoWaitsTooLongIsToldAndFindsItLater() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        try (Shelf shelf = open(new ShelfSettings(1_000, 1, 0, Duration.ofMillis(50)))) {
            Shelf.Making slow =
                    (scratch, content, stopped) -> {
                        await(mayEnd);
                        text("slow").make(scratch, content, stopped);
                    };
            assertThatThrownBy(() -> shelf.get(ONE, slow, false))
                    .isInstanceOf(ShelfBusyException.class);
            assertThatThrownBy(() -> shelf.get(TWO, text("two"), false))
                    .isInstanceOf(ShelfBusyException.class);
            // One is being made, one waits: there is no place for a third.
            assertThatThrownBy(() -> shelf.get(THREE, text("three"), false))
                    .isInstanceOf(ShelfBusyException.class);
            mayEnd.countDown();
            while (shelf.made() < 2) {
                Thread.sleep(5);
            }
            assertThat(read(shelf.get(ONE, text("other"), false))).isEqualTo("slow");
            assertThat(read(shelf.get(TWO, text("other"), false))).isEqualTo("two");
            assertThat(read(shelf.get(THREE, text("three"), false))).isEqualTo("three");
        }
    }

    @Test
    void whatIsAskedForComesBeforeWhatIsMadeAhead() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        List<String> order = new ArrayList<>();
        try (Shelf shelf = open(1_000);
                ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
            var _ =
                    askers.submit(() -> {
                        shelf.makeAhead(THREE, (_, _, _) -> await(mayEnd));
                        return null;
                    });
            while (makingsUnderWay() == 0) {
                Thread.sleep(5);
            }
            Future<?> ahead =
                    askers.submit(() -> {
                        shelf.makeAhead(ONE, (_, _, _) -> order.add("ahead"));
                        return null;
                    });
            Thread.sleep(50);
            Future<?> asked =
                    askers.submit(() -> {
                        shelf.get(TWO, (_, _, _) -> order.add("asked"), false).close();
                        return null;
                    });
            Thread.sleep(50);
            mayEnd.countDown();
            asked.get();
            ahead.get();
        }
        assertThat(order).containsExactly("asked", "ahead");
    }

    private int makingsUnderWay() throws IOException {
        return (int) names().stream().filter(name -> name.endsWith(".part")).count();
    }

    @Test
    void whatFailsIsToldToAllWhoWaitAndTriedAgain() throws Exception {
        try (Shelf shelf = open(1_000)) {
            Shelf.Making failing =
                    (_, content, _) -> {
                        content.write(ByteBuffer.allocate(3));
                        throw new IOException("no");
                    };
            assertThatThrownBy(() -> shelf.get(ONE, failing, false)).hasMessage("no");
            assertThatThrownBy(() -> shelf.makeAhead(ONE, failing)).hasMessage("no");
            assertThatThrownBy(() ->
                            shelf.get(
                                    ONE,
                                    (_, _, _) -> {
                                        throw new IllegalStateException("bug");
                                    },
                                    false))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("bug");
            assertThat(names()).isEmpty();
            assertThat(read(shelf.get(ONE, text("fine"), false))).isEqualTo("fine");
        }
    }

    @Test
    void whatNobodyUsedGoesFirstAndWhatIsOpenCanBeRead() throws Exception {
        String text = "x".repeat(100);
        try (Shelf shelf = open(2 * (100 + ShelfFooter.BYTES))) {
            shelf.get(ONE, text(text), false).close();
            ShelvedFile two = shelf.get(TWO, text(text), false);
            shelf.get(ONE, text(text), false).close();
            shelf.get(THREE, text(text), false).close();
            assertThat(names()).containsExactly(ONE.value(), THREE.value());
            assertThat(read(two)).isEqualTo(text);
            assertThat(shelf.bytes()).isEqualTo(2 * (100 + ShelfFooter.BYTES));
        }
        try (Shelf shelf = open(1)) {
            // What is larger than the budget is given all the same.
            assertThat(read(shelf.get(TWO, text(text), false))).isEqualTo(text);
            assertThat(names()).containsExactly(TWO.value());
        }
    }

    @Test
    void whatIsDamagedIsMadeAnew() throws Exception {
        try (Shelf shelf = open(1_000)) {
            for (int cut = 1; cut < 5 + ShelfFooter.BYTES; cut += 7) {
                shelf.get(ONE, text("hello"), false).close();
                try (RandomAccessFile file =
                        new RandomAccessFile(directory.resolve(ONE.value()).toFile(), "rw")) {
                    file.setLength(file.length() - cut);
                }
                assertThat(read(shelf.get(ONE, text("hello"), false))).isEqualTo("hello");
            }
            int before = makings.get();
            now.updateAndGet(time -> time.plusSeconds(3600));
            byte[] flipped = Files.readAllBytes(directory.resolve(ONE.value()));
            flipped[1] ^= 1;
            Files.write(directory.resolve(ONE.value()), flipped);
            assertThat(read(shelf.get(ONE, text("hello"), false))).isEqualTo("hdllo");
            assertThat(read(shelf.get(ONE, text("hello"), true))).isEqualTo("hello");
            // All who found the damage ask so; it is made once.
            assertThat(read(shelf.get(ONE, text("hello"), true))).isEqualTo("hello");
            assertThat(makings).hasValue(before + 1);
        }
    }

    @Test
    void leftoversOfACrashGoAndWhatIsBeingMadeStays() throws Exception {
        Files.writeString(directory.resolve("one.v1.delta.0.part"), "x");
        Files.writeString(directory.resolve("one.v1.delta.0.scratch"), "x");
        Files.writeString(directory.resolve("NOTES"), "x");
        Path other = directory.resolve("two.v1.delta.0.part");
        try (FileChannel held =
                FileChannel.open(other, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(held.tryLock()).isNotNull();
            open(1_000).close();
            assertThat(names()).containsExactly("NOTES", other.getFileName().toString());
        }
        try (Shelf shelf = open(1)) {
            shelf.get(ONE, text("a"), false).close();
            assertThat(names()).containsExactly("NOTES", ONE.value());
        }
    }

    @Test
    void twoProcessesShareADirectory() throws Exception {
        try (Shelf left = open(1_000);
                Shelf right = open(1_000)) {
            left.get(ONE, text("hello"), false).close();
            assertThat(read(right.get(ONE, text("other"), false))).isEqualTo("hello");
            CountDownLatch mayEnd = new CountDownLatch(1);
            try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<String> slow =
                        askers.submit(() ->
                                read(
                                        left.get(
                                                TWO,
                                                (scratch, content, stopped) -> {
                                                    await(mayEnd);
                                                    text("two").make(scratch, content, stopped);
                                                },
                                                false)));
                while (makingsUnderWay() == 0) {
                    Thread.sleep(5);
                }
                assertThat(read(right.get(TWO, text("two"), false))).isEqualTo("two");
                mayEnd.countDown();
                assertThat(slow.get()).isEqualTo("two");
            }
        }
        assertThat(names()).containsExactly(ONE.value(), TWO.value());
    }

    @Test
    void closingStopsWhatIsBeingMade() throws Exception {
        Shelf shelf = open(1_000);
        CountDownLatch begun = new CountDownLatch(1);
        try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> asked =
                    askers.submit(() ->
                            shelf.get(
                                    ONE,
                                    (_, _, stopped) -> {
                                        begun.countDown();
                                        while (!stopped.getAsBoolean()) {
                                            Thread.onSpinWait();
                                        }
                                        throw new IOException("stopped");
                                    },
                                    false));
            begun.await();
            shelf.close();
            assertThatThrownBy(asked::get).hasRootCauseMessage("stopped");
        }
        assertThat(names()).isEmpty();
        assertThatThrownBy(() -> shelf.get(TWO, text("two"), false))
                .isInstanceOf(ShelfBusyException.class);
    }
}
