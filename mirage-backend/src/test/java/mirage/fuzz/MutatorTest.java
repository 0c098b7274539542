package mirage.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.Extent;
import mirage.bytes.FormatException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

final class MutatorTest {
    private final byte[] original = new byte[20_000];
    private final Mutator mutator;

    MutatorTest() {
        for (int i = 1000; i < 3000; i++) {
            original[i] = (byte) (i | 1);
        }
        mutator = new Mutator(original);
    }

    @Test
    void oneSeedGivesOneMutation() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            assertThat(bytes(mutator.mutate(seed))).isEqualTo(bytes(mutator.mutate(seed)));
        }
    }

    @Test
    void seedsDifferAndChangeSomething() throws IOException {
        Set<Integer> different = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            different.add(Arrays.hashCode(bytes(mutator.mutate(seed))));
        }
        assertThat(different).hasSizeGreaterThan(95);
        assertThat(original[0]).isZero();
    }

    @Test
    void contentIsMostlyLeftAlone() throws IOException {
        Mutator sparing = new Mutator(original, List.of(new Extent(1008, 1600)));
        int touched = 0;
        for (long seed = 0; seed < 200; seed++) {
            byte[] mutated = Arrays.copyOf(bytes(sparing.mutate(seed)), original.length);
            touched += Arrays.equals(mutated, 1100, 1500, original, 1100, 1500) ? 0 : 1;
        }
        assertThat(touched).isLessThan(60);
    }

    @Test
    void readsInPartsEqualTheWhole() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            ByteSource mutated = mutator.mutate(seed);
            byte[] whole = bytes(mutated);
            ByteBuffer parts = ByteBuffer.allocate(whole.length);
            while (parts.hasRemaining()) {
                ByteBuffer part = ByteBuffer.allocate(Math.min(777, parts.remaining()));
                mutated.readFully(parts.position(), part);
                parts.put(part.flip());
            }
            assertThat(parts.array()).isEqualTo(whole);
        }
    }

    @Test
    void failuresNameTheSeedAndRefusalsAreCounted() throws IOException {
        List<String> names = List.of("image");
        assertThat(
                        Fuzz.run(
                                names,
                                name -> mutator,
                                10,
                                input -> {
                                    throw new FormatException("refused");
                                }))
                .isPositive();
        assertThatThrownBy(() ->
                        Fuzz.run(
                                names,
                                name -> mutator,
                                10,
                                input -> {
                                    throw new IllegalStateException("broken");
                                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("image mutated with -Dmirage.fuzz.seed=");
    }

    private static byte[] bytes(ByteSource source) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) source.length());
        source.readFully(0, bytes);
        return bytes.array();
    }
}
