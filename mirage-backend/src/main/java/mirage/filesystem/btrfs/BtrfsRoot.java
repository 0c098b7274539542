package mirage.filesystem.btrfs;

/**
 * Where a tree begins.
 *
 * @param tree its id
 * @param address of its topmost node, logical
 * @param level of that node
 * @param generation of that node
 * @param directory object id of the topmost directory in a tree of files, 0 in other trees
 */
record BtrfsRoot(long tree, long address, int level, long generation, long directory) {
    /** The tree of files that all others hang below. */
    static final long TOP_LEVEL = 5;

    static final long ROOT_TREE = 1;
    static final long CHUNK_TREE = 3;
}
