package mirage.pack.rocksdb;

import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Filter;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * The open database, with everything native that belongs to it. Closing it while it is used would end the process: its
 * caller sees to that.
 *
 * <p>Memory is bounded: one cache for blocks, among them the filters and the indexes of the tables, partitioned so that
 * those of a large index come in by pieces of 4 KiB; and write buffers. Ids are random: compression gains nothing. The
 * log is not synced, for what it loses is indexed again. All column families are flushed together: otherwise, places
 * could outlive the marker of their pack in a power failure, and the pack's number be given again.
 */
final class IndexDatabase implements AutoCloseable {
    private static final long CACHE_BYTES = 64 << 20;
    private static final long WRITE_BUFFER_BYTES = 16 << 20;
    private static final long MAX_LOG_BYTES = 64 << 20;
    private static final int MAX_OPEN_FILES = 512;
    private static final double BLOOM_BITS_PER_KEY = 10;
    private static final int METADATA_BLOCK_BYTES = 4 << 10;

    private final Deque<AutoCloseable> natives;
    private final RocksDB db;
    private final WriteOptions writes;
    private final ReadOptions scans;
    private final ColumnFamilyHandle meta;
    private final ColumnFamilyHandle chunks;
    private final ColumnFamilyHandle copies;

    static {
        RocksDB.loadLibrary();
    }

    private IndexDatabase(
            Deque<AutoCloseable> natives, RocksDB db, List<ColumnFamilyHandle> families) {
        this.natives = natives;
        this.db = db;
        this.meta = families.get(0);
        this.chunks = families.get(1);
        this.copies = families.get(2);
        this.writes = own(natives, new WriteOptions());
        this.scans = own(natives, new ReadOptions().setFillCache(false));
    }

    static IndexDatabase open(Path directory) throws RocksDBException {
        Deque<AutoCloseable> natives = new ArrayDeque<>();
        try {
            ColumnFamilyOptions family = familyOptions(natives);
            List<ColumnFamilyHandle> families = new ArrayList<>();
            RocksDB db =
                    own(
                            natives,
                            RocksDB.open(
                                    databaseOptions(natives),
                                    directory.toString(),
                                    List.of(
                                            descriptor("default", family),
                                            descriptor("chunks", family),
                                            descriptor("copies", family)),
                                    families));
            families.forEach(natives::push);
            return new IndexDatabase(natives, db, families);
        } catch (RocksDBException e) {
            closeAll(natives);
            throw e;
        }
    }

    private static ColumnFamilyOptions familyOptions(Deque<AutoCloseable> natives) {
        Cache cache = own(natives, new LRUCache(CACHE_BYTES));
        Filter bloom = own(natives, new BloomFilter(BLOOM_BITS_PER_KEY));
        BlockBasedTableConfig table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(bloom)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setIndexType(IndexType.kTwoLevelIndexSearch)
                        .setPartitionFilters(true)
                        .setMetadataBlockSize(METADATA_BLOCK_BYTES);
        return own(
                natives,
                new ColumnFamilyOptions()
                        .setTableFormatConfig(table)
                        .setWriteBufferSize(WRITE_BUFFER_BYTES)
                        .setCompressionType(CompressionType.NO_COMPRESSION));
    }

    private static DBOptions databaseOptions(Deque<AutoCloseable> natives) {
        return own(
                natives,
                new DBOptions()
                        .setCreateIfMissing(true)
                        .setCreateMissingColumnFamilies(true)
                        .setAtomicFlush(true)
                        .setMaxTotalWalSize(MAX_LOG_BYTES)
                        .setMaxOpenFiles(MAX_OPEN_FILES)
                        .setKeepLogFileNum(2)
                        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL));
    }

    private static ColumnFamilyDescriptor descriptor(String name, ColumnFamilyOptions options) {
        return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), options);
    }

    byte @Nullable [] meta(byte[] key) throws RocksDBException {
        return db.get(meta, key);
    }

    byte @Nullable [] place(byte[] chunkId) throws RocksDBException {
        return db.get(chunks, chunkId);
    }

    /** The places of many chunks, in their order, null where there is none. */
    List<byte @Nullable []> places(List<byte[]> chunkIds) throws RocksDBException {
        return db.multiGetAsList(Collections.nCopies(chunkIds.size(), chunks), chunkIds);
    }

    /** Over everything but places. To be closed. */
    RocksIterator scanMeta() {
        return db.newIterator(meta, scans);
    }

    RocksIterator scanChunks() {
        return db.newIterator(chunks, scans);
    }

    RocksIterator scanCopies() {
        return db.newIterator(copies, scans);
    }

    /** Writes what a batch gathered, all or nothing. */
    void write(Batch batch) throws RocksDBException {
        db.write(writes, batch.batch);
    }

    Batch newBatch() {
        return new Batch();
    }

    /** Changes to be made together. */
    final class Batch implements AutoCloseable {
        private final WriteBatch batch = new WriteBatch();

        void putMeta(byte[] key, byte[] value) throws RocksDBException {
            batch.put(meta, key, value);
        }

        void deleteMeta(byte[] key) throws RocksDBException {
            batch.delete(meta, key);
        }

        void putPlace(byte[] chunkId, byte[] place) throws RocksDBException {
            batch.put(chunks, chunkId, place);
        }

        void deletePlace(byte[] chunkId) throws RocksDBException {
            batch.delete(chunks, chunkId);
        }

        void putCopy(byte[] copyKey, byte[] place) throws RocksDBException {
            batch.put(copies, copyKey, place);
        }

        void deleteCopy(byte[] copyKey) throws RocksDBException {
            batch.delete(copies, copyKey);
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    @Override
    public void close() {
        closeAll(natives);
    }

    private static <T extends AutoCloseable> T own(Deque<AutoCloseable> natives, T object) {
        natives.push(object);
        return object;
    }

    /** The last made is closed first. */
    private static void closeAll(Deque<AutoCloseable> natives) {
        while (!natives.isEmpty()) {
            try {
                natives.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("the chunk index does not close", e);
            }
        }
    }
}
