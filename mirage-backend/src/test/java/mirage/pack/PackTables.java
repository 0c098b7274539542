package mirage.pack;

import mirage.chunk.ChunkId;
import mirage.pack.EncodedFrame.PendingChunk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Packs made without a store. */
public final class PackTables {
    private PackTables() {}

    /** The pack with one chunk for each name, whose content is the name, three to a frame. */
    static PackBuilder.Built pack(long salt, List<String> names) {
        PackBuilder pack = new PackBuilder();
        for (int start = 0; start < names.size(); start += 3) {
            pack.add(frame(names.subList(start, Math.min(start + 3, names.size()))));
        }
        byte[] bytes = new byte[PackFormat.SALT_BYTES];
        new Random(salt).nextBytes(bytes);
        return pack.build(bytes, 3);
    }

    public static ChunkId id(String name) {
        return ChunkId.of(content(name));
    }

    public static ByteBuffer content(String name) {
        return ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
    }

    /** A pack with its id, for an index. */
    public record Named(PackId id, PackTable table) {}

    /** Like {@link #pack}, for tests of other packages. */
    public static Named named(long salt, List<String> names) {
        PackBuilder.Built built = pack(salt, names);
        return new Named(built.id(), built.table());
    }

    private static EncodedFrame frame(List<String> names) {
        List<PendingChunk> chunks = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        for (String name : names) {
            chunks.add(new PendingChunk(id(name), content(name).remaining()));
            content.append(name);
        }
        return EncodedFrame.encode(content(content.toString()), chunks, 3);
    }
}
