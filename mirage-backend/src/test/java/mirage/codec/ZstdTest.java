package mirage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class ZstdTest {
    private static final ByteBuffer TEXT =
            ByteBuffer.wrap(
                    "again and ".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8));

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6, 9, 19})
    void everyLevelComesBack(int level) throws CorruptBlobException {
        byte[] stored = Zstd.compress(TEXT, level);
        assertThat(stored.length).isLessThan(200);
        assertThat(expand(stored, TEXT.remaining())).isEqualTo(TEXT);
    }

    @Test
    void takesHeapDirectAndReadOnlyBuffersAndLeavesThemAsTheyAre() throws CorruptBlobException {
        ByteBuffer heap = ByteBuffer.allocate(TEXT.capacity() + 7).position(3);
        ByteBuffer direct = ByteBuffer.allocateDirect(TEXT.capacity() + 7).position(3);
        for (ByteBuffer buffer : List.of(heap, direct)) {
            buffer.put(TEXT.duplicate()).limit(buffer.position()).position(3);
        }
        for (ByteBuffer source :
                List.of(heap, direct, heap.asReadOnlyBuffer(), direct.asReadOnlyBuffer())) {
            byte[] stored = Zstd.compress(source, 3);
            assertThat(source.position()).isEqualTo(3);
            assertThat(stored.length).isLessThan(200);
            ByteBuffer storedDirect = ByteBuffer.allocateDirect(stored.length).put(stored).flip();
            for (ByteBuffer from :
                    List.of(
                            ByteBuffer.wrap(stored),
                            ByteBuffer.wrap(stored).asReadOnlyBuffer(),
                            storedDirect)) {
                assertThat(Zstd.decompress("test", 0, from, TEXT.remaining())).isEqualTo(TEXT);
                assertThat(from.position()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 100, 5000, 200_000})
    void whatDoesNotShrinkIsStoredAsItIs(int length) throws CorruptBlobException {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        assertThat(Zstd.compress(ByteBuffer.wrap(content), 3)).isEqualTo(content);
        ByteBuffer direct = ByteBuffer.allocateDirect(length).put(content).flip();
        assertThat(Zstd.compress(direct, 3)).isEqualTo(content);
        assertThat(expand(content, length)).isEqualTo(ByteBuffer.wrap(content));
    }

    @Test
    void aResultIsReadOnly() throws CorruptBlobException {
        assertThat(expand(Zstd.compress(TEXT, 3), TEXT.remaining()).isReadOnly()).isTrue();
        assertThat(expand(new byte[] {1}, 1).isReadOnly()).isTrue();
    }

    @Test
    void neverWritesMoreThanWasTold() {
        byte[] stored = Zstd.compress(TEXT, 3);
        for (int length :
                new int[] {TEXT.remaining() - 1, TEXT.remaining() + 1, stored.length + 1}) {
            assertThatThrownBy(() -> expand(stored, length))
                    .isInstanceOf(CorruptBlobException.class)
                    .hasMessageStartingWith("test at 5: zstd frame");
        }
    }

    @Test
    void anyBytesGiveAValueOrDamage() {
        Random random = new Random(11);
        byte[] good = Zstd.compress(TEXT, 3);
        int damaged = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] stored = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                stored[random.nextInt(stored.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                assertThat(expand(stored, TEXT.remaining()).remaining())
                        .isEqualTo(TEXT.remaining());
            } catch (CorruptBlobException expected) {
                damaged++;
            }
        }
        assertThat(damaged).isGreaterThan(1000);
    }

    @Test
    void manyThreadsAtOnce() throws Exception {
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 500; i++) {
                int level = 1 + i % 4;
                results.add(
                        threads.submit(() ->
                                expand(Zstd.compress(TEXT, level), TEXT.remaining()).equals(TEXT)));
            }
        }
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
    }

    @Test
    void refusesUnknownLevels() {
        assertThatIllegalArgumentException().isThrownBy(() -> Zstd.compress(TEXT, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Zstd.compress(TEXT, 20));
    }

    private static ByteBuffer expand(byte[] stored, int length) throws CorruptBlobException {
        return Zstd.decompress("test", 5, ByteBuffer.wrap(stored), length);
    }
}
