package mirage.delta;

import mirage.bytes.ByteSource;
import mirage.codec.ZstdAgainst;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What frames are compressed against, read from the base. */
final class References {
    private References() {}

    /** The ranges one behind the other, as {@link ZstdAgainst} takes them. */
    static byte[] read(ByteSource base, List<BaseRange> ranges) throws IOException {
        long length = ranges.stream().mapToLong(BaseRange::length).sum();
        byte[] reference = ZstdAgainst.reference(Math.toIntExact(length));
        int at = 1;
        for (BaseRange range : ranges) {
            int count = Math.toIntExact(range.length());
            base.readFully(range.offset(), ByteBuffer.wrap(reference, at, count));
            at += count;
        }
        return reference;
    }
}
