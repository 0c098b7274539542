package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;

import org.jspecify.annotations.Nullable;

/**
 * A row of a file table.
 *
 * @param file what the file system says of it
 * @param content SHA-256 of a regular file's bytes; null for what is no regular file and where the content cannot be
 *     read in full
 */
public record FileEntry(FileRecord file, @Nullable ChunkId content) {}
