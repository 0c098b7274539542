/**
 * The chunk index in RocksDB. The layout is that of {@code docs/format/index.md}.
 *
 * <p>May use: {@code pack}, {@code chunk}, {@code codec}.
 */
@NullMarked
package mirage.pack.rocksdb;

import org.jspecify.annotations.NullMarked;
