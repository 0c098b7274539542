package mirage.fuzz;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damages images for tests of format readers: flipped bits, set bytes, numbers that readers stumble over in any width
 * and byte order, fields and blocks copied from elsewhere in the image (which makes cycles and overlaps of references
 * that were good), cut and extended ends. One seed gives one mutation, always the same.
 *
 * <p>Most places are chosen among those that hold metadata: that are neither blank nor content, as far as the caller
 * knows where that is. The original is not copied, so that large sparse images can be mutated by the thousand.
 */
public final class Mutator {
    private static final int LINE_BYTES = 16;
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        12,
        15,
        16,
        63,
        64,
        127,
        128,
        255,
        256,
        511,
        512,
        1023,
        1024,
        4095,
        4096,
        32767,
        32768,
        65535,
        65536,
        0xff_ffffL,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_fffeL,
        0xffff_ffffL,
        1L << 32,
        1L << 40,
        (1L << 53) + 1,
        1L << 60,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2
    };

    private final byte[] original;

    /** Numbers of the lines that hold metadata. */
    private final int[] lines;

    /** Without knowledge of where content is. */
    public Mutator(byte[] original) {
        this(original, List.of());
    }

    /**
     * @param content where a reader looks at nothing, so that changes would teach nothing
     */
    public Mutator(byte[] original, List<Extent> content) {
        this.original = original;
        BitSet chosen = new BitSet();
        for (int line = 0; line * LINE_BYTES < original.length; line++) {
            chosen.set(line, !isBlank(line));
        }
        for (Extent extent : content) {
            chosen.clear((int) (extent.offset() / LINE_BYTES), (int) (extent.end() / LINE_BYTES));
        }
        if (chosen.isEmpty()) {
            chosen.set(0);
        }
        this.lines = chosen.stream().toArray();
    }

    /** All zeros, or all ones as in the unused part of a bitmap. */
    private boolean isBlank(int line) {
        int end = Math.min(original.length, (line + 1) * LINE_BYTES);
        for (int i = line * LINE_BYTES; i < end; i++) {
            if (original[i] != original[line * LINE_BYTES]) {
                return false;
            }
        }
        return original[line * LINE_BYTES] == 0 || original[line * LINE_BYTES] == -1;
    }

    /** The original with one to eight changes. */
    public ByteSource mutate(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Patch> patches = new ArrayList<>();
        int changes = 1 << random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            patches.add(patch(random));
        }
        return new Mutated(original, length(random), patches);
    }

    private long length(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> place(random);
            case 1 -> original.length + 1L + random.nextInt(100_000);
            default -> original.length;
        };
    }

    private Patch patch(SplittableRandom random) {
        int at = place(random);
        return switch (random.nextInt(10)) {
            case 0, 1 -> new Patch(at, new byte[] {(byte) (original[at] ^ 1 << random.nextInt(8))});
            case 2 -> new Patch(at, new byte[] {(byte) random.nextInt(256)});
            case 3, 4, 5 -> number(random, at, NUMBERS[random.nextInt(NUMBERS.length)]);
            case 6 -> number(random, at, random.nextLong(original.length / 256 + 1));
            case 7 -> new Patch(at, copy(place(random) & ~3, 4 << random.nextInt(3)), 4);
            case 8 -> {
                int size = 512 << random.nextInt(4);
                yield new Patch(at, copy(place(random) & -size, size), size);
            }
            default -> new Patch(at, new byte[1 << random.nextInt(11)]);
        };
    }

    private static Patch number(SplittableRandom random, int at, long number) {
        ByteOrder order = random.nextInt(3) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer bytes = ByteBuffer.allocate(8).order(order);
        int width = 2 << random.nextInt(3);
        switch (width) {
            case 2 -> bytes.putShort((short) number);
            case 4 -> bytes.putInt((int) number);
            default -> bytes.putLong(number);
        }
        return new Patch(
                at, Arrays.copyOf(bytes.array(), width), random.nextInt(8) == 0 ? 1 : width);
    }

    private byte[] copy(int from, int length) {
        int start = Math.max(0, Math.min(from, original.length - length));
        return Arrays.copyOfRange(original, start, Math.min(original.length, start + length));
    }

    private int place(SplittableRandom random) {
        int at =
                random.nextInt(16) == 0
                        ? random.nextInt(original.length)
                        : lines[random.nextInt(lines.length)] * LINE_BYTES
                                + random.nextInt(LINE_BYTES);
        return Math.min(at, original.length - 1);
    }

    /** Bytes put over the original's. */
    private record Patch(long offset, byte[] bytes) {
        Patch(long offset, byte[] bytes, int alignment) {
            this(offset - offset % alignment, bytes);
        }
    }

    /** The original with its patches; behind the original's end are zeros. */
    private record Mutated(byte[] original, long length, List<Patch> patches)
            implements ByteSource {
        @Override
        public int readAt(long position, ByteBuffer target) {
            if (position >= length) {
                return 0;
            }
            int start = target.position();
            int count = (int) Math.min(target.remaining(), length - position);
            int held = (int) Math.max(0, Math.min(count, original.length - position));
            if (held > 0) {
                target.put(original, (int) position, held);
            }
            ByteSources.putZeros(target, count - held);
            for (Patch patch : patches) {
                long from = Math.max(position, patch.offset);
                long to = Math.min(position + count, patch.offset + patch.bytes.length);
                if (from < to) {
                    target.put(
                            start + (int) (from - position),
                            patch.bytes,
                            (int) (from - patch.offset),
                            (int) (to - from));
                }
            }
            return count;
        }
    }
}
