package mirage.filesystem.walk;

import mirage.filesystem.RawName;

/**
 * A name in a directory and what it leads to.
 *
 * @param file by which the format finds the file: the number of its inode, or where its record lies
 * @param name not empty, without {@code '/'} and NUL
 */
public record DirectoryEntry(long file, RawName name) {}
