package mirage.pack;

final class MemoryChunkIndexTest extends ChunkIndexContract {
    @Override
    protected ChunkIndex newIndex() {
        return new MemoryChunkIndex();
    }
}
