package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** Reads here and there on the disk of a mutated image. */
public final class DiskReads {
    private DiskReads() {}

    /**
     * Reads at the starts of runs and at random places; each read gives what is asked for, or is refused as damaged.
     *
     * @param runs how many runs at the most
     * @param refusal what the message of a refusal matches
     */
    public static void readSome(ByteSource disk, int runs, String refusal) throws IOException {
        Random random = new Random(disk.length());
        long at = 0;
        for (int i = 0; i < runs && at < disk.length(); i++) {
            readOrBeRefused(disk, at, random.nextInt(1, 10_000), refusal);
            long anywhere = random.nextLong(disk.length());
            readOrBeRefused(disk, anywhere, random.nextInt(1, 10_000), refusal);
            at += disk.runAt(at).length();
        }
    }

    private static void readOrBeRefused(ByteSource disk, long at, int length, String refusal)
            throws IOException {
        try {
            int read = disk.readAt(at, ByteBuffer.allocate(length));
            assertThat(read).isEqualTo((int) Math.min(length, disk.length() - at));
        } catch (FormatException refused) {
            assertThat(refused).hasMessageMatching(refusal);
        }
    }
}
