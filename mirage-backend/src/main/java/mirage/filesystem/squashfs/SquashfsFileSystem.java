package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** A squashfs file system. What it holds between walks are caches, which walks beside one another may share. */
final class SquashfsFileSystem implements FileSystem {
    private final ByteSource volume;
    private final SquashfsSuperblock superblock;
    private final Warnings warnings;
    private final MetadataBlocks metadata;
    private final SquashfsLookup lookup;
    private final DataBlocks data;

    SquashfsFileSystem(ByteSource volume, SquashfsSuperblock superblock, Warnings warnings) {
        this.volume = volume;
        this.superblock = superblock;
        this.warnings = warnings;
        this.metadata = new MetadataBlocks(volume, superblock);
        this.lookup = new SquashfsLookup();
        this.data = new DataBlocks(volume, superblock);
    }

    @Override
    public String type() {
        return "squashfs";
    }

    @Override
    public String label() {
        return "";
    }

    @Override
    public String uuid() {
        return "";
    }

    @Override
    public long sizeBytes() {
        return superblock.end(volume);
    }

    @Override
    public int blockSizeBytes() {
        return superblock.blockSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        SquashfsVolume reader = reader(warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new SquashfsTree(reader), visitor).run();
    }

    @Override
    public ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        SquashfsVolume reader = reader(new Warnings(), WorkBudget.ofVolume(volume.length(), work));
        SquashfsBlocks blocks = lookup.find(reader, file).blocks();
        SquashfsFiles.Fragment fragment =
                blocks.tailLength() == 0
                        ? new SquashfsFiles.Fragment(0, 0)
                        : SquashfsFiles.Fragment.read(reader, blocks.tail().fragment());
        return new SquashfsFileSource(data, blocks, fragment, work);
    }

    private SquashfsVolume reader(Warnings takes, WorkBudget budget) {
        return new SquashfsVolume(volume, superblock, metadata, takes, budget);
    }
}
