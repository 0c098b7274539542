package mirage.filesystem.iso9660;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** Makes file records of files. What is damaged is left out with a warning and flagged. */
final class IsoFiles {
    /** What Linux gives files that say nothing of it. */
    private static final int FILE_MODE = 0444;

    private static final int DIRECTORY_MODE = 0555;

    private final IsoVolume volume;

    /** Where the content is. */
    private record Body(Content content, long size, boolean damaged) {}

    IsoFiles(IsoVolume volume) {
        this.volume = volume;
    }

    FileRecord describe(RawName path, IsoFile file, FileType type) throws IOException {
        RockRidge rockRidge = file.rockRidge();
        RockRidge.Attributes attributes = rockRidge.attributes();
        boolean damaged = rockRidge.damage() != null;
        if (damaged) {
            warn(file, rockRidge.damage());
        }
        RawName target = type == FileType.SYMLINK ? rockRidge.target() : RawName.EMPTY;
        Body body = body(file, type, target);
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        int mode = type == FileType.DIRECTORY ? DIRECTORY_MODE : FILE_MODE;
        return new FileRecord(
                path,
                file.number(),
                type,
                attributes == null ? mode : attributes.mode() & 07777,
                attributes == null ? 0 : attributes.uid(),
                attributes == null ? 0 : attributes.gid(),
                attributes == null ? 1 : attributes.links(),
                body.size,
                rockRidge.times(),
                device ? rockRidge.device() : FileRecord.Device.NONE,
                target,
                List.of(),
                body.content,
                new ContentFlags(false, damaged || body.damaged));
    }

    private Body body(IsoFile file, FileType type, RawName target) throws IOException {
        return switch (type) {
            case REGULAR -> regular(file);
            case DIRECTORY -> new Body(directory(file), file.record().size(), false);
            case SYMLINK -> {
                if (target.isEmpty()) {
                    warn(file, "a link without a target");
                }
                yield new Body(Content.NONE, target.length(), target.isEmpty());
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> new Body(Content.NONE, 0, false);
        };
    }

    private Content directory(IsoFile file) {
        long position = IsoFile.position(file.number());
        long size = file.record().size();
        return size > 0 && volume.holdsBytes(position, size)
                ? new Content.Mapped(new ExtentMap.Builder().add(0, size, position).build())
                : Content.NONE;
    }

    private Body regular(IsoFile file) throws IOException {
        RockRidge.Compression compression = file.rockRidge().compression();
        try {
            ExtentMap map = map(volume, file.sections());
            if (file.rockRidge().isSparse()) {
                throw new FormatException("a sparse file (SF) is recognised, and not read");
            }
            if (compression == null) {
                return new Body(plain(map), file.storedSize(), false);
            }
            if (ZisofsFile.isKnown(compression)) {
                return new Body(
                        compression.size() == 0 ? Content.NONE : new Content.Encoded(map),
                        compression.size(),
                        false);
            }
            warn(
                    file,
                    "compressed by '"
                            + compression.algorithm()
                            + "', which Linux does not know: shown as it is stored");
            return new Body(plain(map), file.storedSize(), false);
        } catch (FormatException e) {
            warn(file, e.getMessage());
            return new Body(Content.NONE, file.storedSize(), true);
        }
    }

    private static Content plain(ExtentMap map) {
        return map.runCount() == 0 ? Content.NONE : new Content.Mapped(map);
    }

    /** Where the extents of a file lie. */
    static ExtentMap map(IsoVolume volume, List<IsoRecord> sections) throws FormatException {
        ExtentMap.Builder map = new ExtentMap.Builder();
        long at = 0;
        for (IsoRecord section : sections) {
            if (section.interleaved()) {
                throw new FormatException("an interleaved file is recognised, and not read");
            }
            long position = volume.position(section.extent());
            if (section.size() == 0) {
                continue;
            }
            if (!volume.holdsBytes(position, section.size())) {
                throw new FormatException(
                        section.size() + " bytes at " + position + " are outside the volume");
            }
            map.add(at, section.size(), position);
            at += section.size();
        }
        return map.build();
    }

    private void warn(IsoFile file, @Nullable String what) {
        volume.warn("inode " + file.number() + ": " + what);
    }
}
