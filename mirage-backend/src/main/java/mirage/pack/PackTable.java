package mirage.pack;

import java.util.List;

/**
 * What a pack holds, in the order in which it lies there.
 *
 * @param packBytes length of the whole pack
 */
public record PackTable(List<PackFrame> frames, List<PackChunk> chunks, long packBytes) {
    public PackTable {
        frames = List.copyOf(frames);
        chunks = List.copyOf(chunks);
    }

    /** Bytes of all chunks, before compression. */
    public long contentBytes() {
        return frames.stream().mapToLong(PackFrame::length).sum();
    }
}
