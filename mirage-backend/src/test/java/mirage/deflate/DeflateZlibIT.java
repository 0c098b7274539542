package mirage.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Against this machine's zlib, by any parameters and any content: {@code -Dmirage.deflate.cases=N} of them from {@code
 * -Dmirage.deflate.seed=N} on. Fails where there is no zlib; {@code -Dmirage.zlib=FILE} takes another one.
 */
final class DeflateZlibIT {
    private static final int CASES = Integer.getInteger("mirage.deflate.cases", 3000);
    private static final long SEED = Long.getLong("mirage.deflate.seed", 20261130);

    @Test
    void anyContentIsEncodedAsZlibEncodesIt() {
        Contents.Numbers numbers = new Contents.Numbers(SEED);
        Map<DeflateParameters, DeflateEncoder> encoders = new HashMap<>();
        for (int number = 0; number < CASES; number++) {
            DeflateParameters parameters = parameters(numbers);
            Contents kind = Contents.values()[numbers.below(Contents.values().length)];
            int length = length(numbers, 1 << parameters.windowBits());
            long seed = numbers.next();
            byte[] content = kind.bytes(length, seed);
            assertThat(
                            encoders.computeIfAbsent(parameters, DeflateEncoder::new)
                                    .encode(ByteBuffer.wrap(content)))
                    .as("%s, %d bytes of %s from %d", parameters, length, kind, seed)
                    .isEqualTo(ByteBuffer.wrap(SystemZlib.encode(parameters, content)));
        }
    }

    /** QEMU gives zlib less room than the content takes, and stores the content when that is too little. */
    @Test
    void littleRoomMakesZlibFailAndNothingElse() {
        for (Contents kind : Contents.values()) {
            for (int level = 1; level <= 9; level++) {
                DeflateParameters parameters = DeflateParameters.QCOW2.withLevel(level);
                byte[] content = kind.bytes(65536, level);
                byte[] encoded = Deflate.encode(parameters, ByteBuffer.wrap(content));
                int room = encoded.length;
                assertThat(SystemZlib.encode(parameters, content, room + 1)).isEqualTo(encoded);
                assertThat(SystemZlib.encode(parameters, content, room - 1)).isEmpty();
            }
        }
    }

    private static DeflateParameters parameters(Contents.Numbers numbers) {
        return new DeflateParameters(
                numbers.below(10),
                9 + numbers.below(7),
                1 + numbers.below(9),
                Wrapper.values()[numbers.below(2)]);
    }

    /** Mostly short ones, and around the ends of windows. */
    private static int length(Contents.Numbers numbers, int windowBytes) {
        if (numbers.below(3) > 0) {
            return numbers.below(1 << numbers.below(18));
        }
        int windows = windowBytes * (1 + numbers.below(4));
        return Math.max(0, windows - numbers.below(600) + numbers.below(300));
    }
}
