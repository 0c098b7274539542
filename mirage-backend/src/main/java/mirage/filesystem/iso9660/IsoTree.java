package mirage.filesystem.iso9660;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The tree as a walk asks for it. Entries of directories lead to the place of a directory record. */
final class IsoTree implements FileTree<IsoFile> {
    /** CD-ROM XA puts its own 14 bytes before those of SUSP. */
    private static final int[] SKIPPED = {0, 14};

    private static final int INDICATOR_BYTES = 7;

    private final IsoVolume volume;
    private final IsoFiles files;
    private final long root;
    private final boolean isJoliet;

    /** Bytes of each record's system use before SUSP's; negative without Rock Ridge. */
    private final int skip;

    IsoTree(IsoVolume volume) throws IOException {
        this.volume = volume;
        this.files = new IsoFiles(volume);
        IsoDescriptors descriptors = volume.descriptors();
        this.skip = skip(descriptors.root());
        this.isJoliet = skip < 0 && descriptors.jolietRoot() != 0;
        this.root = isJoliet ? descriptors.jolietRoot() : descriptors.root();
    }

    /** SUSP, 5.3: the first entry of the root's own record says that SUSP is used, and how. */
    private int skip(long block) throws IOException {
        StructReader use = IsoDirectory.own(volume, block).systemUse();
        for (int at : SKIPPED) {
            if (use.length() >= at + INDICATOR_BYTES
                    && use.u8(at) == 'S'
                    && use.u8(at + 1) == 'P'
                    && use.u8(at + 4) == 0xbe
                    && use.u8(at + 5) == 0xef) {
                return Math.max(at, use.u8(at + 6));
            }
        }
        return -1;
    }

    @Override
    public IsoFile root() throws IOException {
        IsoFile file = directory(root);
        String problem = problem(file);
        if (problem == null) {
            return file;
        }
        // A directory without which there is no tree: nobody gets to it by what Rock Ridge says.
        volume.warn("root directory " + problem + ": it is shown as a plain directory");
        return IsoFile.of(
                file.number(), file.sections(), RockRidge.none(file.record().time()), true);
    }

    @Override
    public IsoFile read(long position) throws IOException {
        List<IsoRecord> sections = IsoDirectory.sections(volume, position);
        IsoRecord record = sections.getFirst();
        RockRidge rockRidge = rockRidge(record);
        if (rockRidge.child() != 0) {
            return directory(rockRidge.child());
        }
        return record.isDirectory()
                ? directory(record.extent())
                : IsoFile.of(IsoFile.number(position), sections, rockRidge, false);
    }

    /** Of a directory its own record counts, wherever its name stands. */
    private IsoFile directory(long block) throws IOException {
        IsoRecord own = IsoDirectory.own(volume, block);
        // What the record says of its own place is not needed, and may be wrong.
        long number = IsoFile.number(volume.position(block));
        return IsoFile.of(number, List.of(own), rockRidge(own), true);
    }

    private RockRidge rockRidge(IsoRecord record) throws IOException {
        if (skip < 0) {
            return RockRidge.none(record.time());
        }
        return RockRidge.read(volume, record, skip);
    }

    @Override
    public @Nullable String problem(IsoFile file) {
        return file.type() == null ? "has no type that exists" : file.misfit();
    }

    @Override
    public boolean isDirectory(IsoFile file) {
        return file.type() == FileType.DIRECTORY;
    }

    @Override
    public long number(IsoFile file) {
        return file.number();
    }

    @Override
    public FileRecord describe(RawName path, IsoFile file) throws IOException {
        return files.describe(path, file, Objects.requireNonNull(file.type()));
    }

    @Override
    public DirectoryListing list(IsoFile directory, FileRecord described, int room)
            throws IOException {
        DirectoryListing.Builder names =
                new DirectoryListing.Builder(volume, directory.number(), room);
        long position = IsoFile.position(directory.number());
        boolean[] continues = new boolean[1];
        try {
            IsoDirectory.visit(
                    volume,
                    position,
                    directory.record().size(),
                    record -> {
                        boolean isFirst = !continues[0];
                        continues[0] = record.isContinued();
                        if (isFirst && !record.isOwnOrParent() && !record.isAssociated()) {
                            add(names, record, record.position() - position);
                        }
                        return !names.isFull();
                    });
        } catch (FormatException e) {
            names.damage(0, String.valueOf(e.getMessage()));
        }
        return names.build();
    }

    private void add(DirectoryListing.Builder names, IsoRecord record, long at) throws IOException {
        RockRidge rockRidge = rockRidge(record);
        if (!rockRidge.isRelocated()) {
            names.add(at, record.position(), name(record, rockRidge));
        }
    }

    private byte[] name(IsoRecord record, RockRidge rockRidge) {
        byte[] given = rockRidge.name();
        if (given.length > 0) {
            return given;
        }
        return isJoliet ? IsoNames.joliet(record.name()) : IsoNames.plain(record.name());
    }
}
