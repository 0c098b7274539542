package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Disks one behind the other, each at its place; what is between them is a hole. */
final class JoinedDisks implements ByteSource {
    private final List<Part> parts;
    private final long length;

    /** A disk at its place. */
    private record Part(long offset, ByteSource disk) {
        long end() {
            return offset + disk.length();
        }
    }

    /**
     * @param disks by their places, of which the last one's end is the end of all
     */
    JoinedDisks(List<MemberDisk> disks) {
        parts =
                disks.stream()
                        .map(disk -> new Part(disk.diskOffset(), disk.image().disk()))
                        .toList();
        length = parts.getLast().end();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length) {
            return 0;
        }
        int limit = target.limit();
        int wanted = (int) Math.min(target.remaining(), length - position);
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            Part part = partBehind(at);
            if (at < part.offset) {
                int gap = (int) Math.min(part.offset - at, wanted - done);
                ByteSources.putZeros(target, gap);
                done += gap;
                continue;
            }
            int count = (int) Math.min(part.end() - at, wanted - done);
            target.limit(target.position() + count);
            try {
                part.disk.readFully(at - part.offset, target);
            } finally {
                target.limit(limit);
            }
            done += count;
        }
        return wanted;
    }

    @Override
    public Run runAt(long position) throws IOException {
        Part part = partBehind(position);
        return position < part.offset
                ? new Run(part.offset - position, true)
                : part.disk.runAt(position - part.offset);
    }

    /** The part that a position is in, or else the next one. They are few. */
    private Part partBehind(long position) {
        for (Part part : parts) {
            if (position < part.end()) {
                return part;
            }
        }
        throw new IllegalArgumentException(position + " is behind the end at " + length);
    }
}
