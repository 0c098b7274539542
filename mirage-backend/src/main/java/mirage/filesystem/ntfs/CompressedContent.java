package mirage.filesystem.ntfs;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MappedSource;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a compressed stream. Its clusters are in units of a power of two, mostly 16: a unit without clusters is
 * zeros, one with all of them is stored as it is, one with fewer is compressed. "Compressed files" of the NTFS
 * documentation. The unit that was decoded last is kept; for many threads.
 */
final class CompressedContent implements ByteSource {
    private final ByteSource volume;
    private final NtfsStream.Stored stored;
    private final ExtentMap map;
    private final int unitBytes;
    private final long size;
    private final long initialized;
    private final WorkBudget work;
    private volatile @Nullable Unit last;

    private record Unit(long number, byte[] bytes) {}

    /**
     * @param size of the content
     * @param initialized how much of it was written; the rest is zeros
     */
    CompressedContent(
            ByteSource volume,
            NtfsStream.Stored stored,
            int unitBytes,
            long size,
            long initialized,
            WorkBudget work) {
        this.volume = volume;
        this.stored = stored;
        this.map = stored.placement().map();
        this.unitBytes = unitBytes;
        this.size = size;
        this.initialized = initialized;
        this.work = work;
    }

    @Override
    public long length() {
        return size;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= size) {
            return 0;
        }
        int wanted = (int) Math.min(target.remaining(), size - position);
        int done = 0;
        while (done < wanted) {
            long at = position + done;
            if (at >= initialized) {
                ByteSources.putZeros(target, wanted - done);
                break;
            }
            int inUnit = (int) (at % unitBytes);
            int count = Math.min(wanted - done, unitBytes - inUnit);
            count = (int) Math.min(count, initialized - at);
            target.put(unit(at / unitBytes), inUnit, count);
            done += count;
        }
        return wanted;
    }

    private byte[] unit(long number) throws IOException {
        Unit known = last;
        if (known != null && known.number == number) {
            return known.bytes;
        }
        byte[] bytes = read(number);
        last = new Unit(number, bytes);
        return bytes;
    }

    private byte[] read(long number) throws IOException {
        long start = number * unitBytes;
        int limit = (int) Math.min(unitBytes, Math.max(0, stored.end() - start));
        int held = held(start, start + limit);
        work.charge((long) held + unitBytes);
        byte[] bytes = new byte[unitBytes];
        if (held == 0) {
            return bytes;
        }
        // Where the runs end before the unit does, as at the end of the stream, nothing was left
        // out for being compressed.
        ByteBuffer clusters = ByteBuffer.wrap(bytes, 0, held).order(ByteOrder.LITTLE_ENDIAN);
        new MappedSource(volume, map, start + held).readFully(start, clusters);
        return held == limit ? bytes : Lznt1.decode(clusters.flip(), unitBytes);
    }

    /** How many bytes have a place without a gap, from the start on. */
    private int held(long start, long end) {
        long at = start;
        for (int i = map.firstRunEndingAfter(start);
                at < end && i < map.runCount() && map.run(i).offset() <= at;
                i++) {
            at = map.run(i).end();
        }
        return (int) (Math.min(at, end) - start);
    }
}
