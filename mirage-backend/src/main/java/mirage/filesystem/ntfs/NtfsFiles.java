package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.Placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes file records of files. What is damaged is left out with a warning and flagged.
 *
 * <p>A stream that has a name is a file of its own: {@code file:stream}, with the owner, the times and the inode of the
 * file, and one link, by each name of the file. Directories have such streams too. A stream whose own name has a colon
 * or a slash, as Windows makes none, is left out with a warning.
 */
final class NtfsFiles {
    /** What ntfs-3g shows of every file when nobody told it of users. */
    private static final int MODE = 0777;

    private static final FileTimes NO_TIMES =
            new FileTimes(Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN);

    private final NtfsVolume volume;
    private final NtfsSpecialFile specialFiles;
    private final LongSet warnedTags = new LongSet();

    /** What a file turns out to be. */
    private record Body(
            FileType type,
            long size,
            Content content,
            RawName target,
            Device device,
            ContentFlags flags) {
        static Body of(
                FileType type, long size, Content content, boolean encrypted, boolean damaged) {
            return new Body(
                    type,
                    size,
                    content,
                    RawName.EMPTY,
                    Device.NONE,
                    new ContentFlags(encrypted, damaged));
        }

        Body asDamaged() {
            return new Body(
                    type, size, content, target, device, new ContentFlags(flags.encrypted(), true));
        }
    }

    NtfsFiles(NtfsVolume volume) {
        this.volume = volume;
        this.specialFiles = new NtfsSpecialFile(volume);
    }

    FileRecord describe(RawName path, NtfsFile file) throws IOException {
        NtfsStandardInformation standard = NtfsStandardInformation.find(file.attributes());
        if (standard == null) {
            volume.warn("inode " + file.number() + ": its times are missing");
        }
        Body body = body(file, standard != null && standard.isSystem());
        if (file.damaged() || standard == null) {
            body = body.asDamaged();
        }
        FileTimes times = standard == null ? NO_TIMES : standard.times();
        // Names for DOS count too. A directory is said to have one, as ntfs-3g does.
        int links = file.isDirectory() ? 1 : file.record().links();
        return record(path, file, links, times, body);
    }

    private static FileRecord record(
            RawName path, NtfsFile file, int links, FileTimes times, Body body) {
        return new FileRecord(
                path,
                file.number(),
                body.type,
                MODE,
                0,
                0,
                links,
                body.size,
                times,
                body.device,
                body.target,
                List.of(),
                body.content,
                body.flags);
    }

    private Body body(NtfsFile file, boolean isSystem) throws IOException {
        FileType type = typeByRecord(file);
        try {
            NtfsReparsePoint reparse = file.reparse();
            if (reparse != null && reparse.type() != null) {
                return special(
                        reparse.type(),
                        reparse.target().length(),
                        reparse.target(),
                        Device.NONE,
                        Content.NONE);
            }
            if (type == FileType.DIRECTORY) {
                Placement blocks = NtfsDirectory.placement(volume, file);
                return Body.of(
                        type, NtfsDirectory.size(file), blocks.content(), false, blocks.damaged());
            }
            NtfsStream data = NtfsStream.find(file.number(), file.attributes(), NtfsAttribute.DATA);
            if (data == null) {
                return Body.of(type, 0, Content.NONE, false, false);
            }
            if (reparse != null && reparse.isContentElsewhere()) {
                warnOnce(reparse.tag(), file);
                return Body.of(type, data.size(), Content.NONE, data.isEncrypted(), true);
            }
            return isSystem ? system(file, data) : regular(file, data);
        } catch (FormatException e) {
            volume.warn(e);
            return Body.of(type, 0, Content.NONE, false, true);
        }
    }

    private static FileType typeByRecord(NtfsFile file) {
        return file.isDirectory() ? FileType.DIRECTORY : FileType.REGULAR;
    }

    /** There may be a hundred thousand of a kind. */
    private void warnOnce(int tag, NtfsFile file) {
        if (warnedTags.add(tag)) {
            volume.warn(
                    "inode "
                            + file.number()
                            + ": a reparse point of tag 0x"
                            + Integer.toHexString(tag)
                            + " says that its content is kept in another way, which is not read; nor is that of"
                            + " others like it");
        }
    }

    private Body system(NtfsFile file, NtfsStream data) throws IOException {
        NtfsSpecialFile.Meaning meaning = specialFiles.meaning(data);
        if (meaning == null) {
            return regular(file, data);
        }
        Content content =
                data.resident() == null && !data.isCompressed()
                        ? data.placement(volume).content()
                        : Content.NONE;
        long size = meaning.type() == FileType.SYMLINK ? meaning.target().length() : data.size();
        return special(meaning.type(), size, meaning.target(), meaning.device(), content);
    }

    private static Body special(
            FileType type, long size, RawName target, Device device, Content content) {
        return new Body(type, size, content, target, device, ContentFlags.PLAIN);
    }

    private Body regular(NtfsFile file, NtfsStream data) throws IOException {
        try {
            ByteBuffer resident = data.resident();
            if (resident != null) {
                byte[] bytes = new byte[resident.limit()];
                resident.get(0, bytes);
                Content content =
                        bytes.length == 0 ? Content.NONE : new Content.Inline(RawName.of(bytes));
                return Body.of(FileType.REGULAR, bytes.length, content, data.isEncrypted(), false);
            }
            Placement placement =
                    data.isCompressed() ? data.stored(volume).placement() : data.placement(volume);
            Content content =
                    data.isCompressed() && data.size() > 0
                            ? new Content.Encoded(placement.map())
                            : placement.content();
            return Body.of(
                    FileType.REGULAR,
                    data.size(),
                    content,
                    data.isEncrypted(),
                    placement.damaged());
        } catch (FormatException e) {
            volume.warn(e);
            return Body.of(FileType.REGULAR, data.size(), Content.NONE, data.isEncrypted(), true);
        }
    }

    /**
     * Records of the streams of a file that have a name.
     *
     * @param described the file's record
     */
    List<FileRecord> namedStreams(FileRecord described, NtfsFile file) throws IOException {
        List<FileRecord> records = new ArrayList<>();
        for (Map.Entry<RawName, List<NtfsAttribute>> stream :
                NtfsStream.byName(file.attributes(), NtfsAttribute.DATA).entrySet()) {
            RawName name = stream.getKey();
            if (name.isEmpty()) {
                continue;
            }
            if (!isStreamName(name)) {
                volume.warn(
                        "inode " + file.number() + ": the name of a stream holds ':', '/' or NUL");
                continue;
            }
            RawName path = RawName.of(joined(described.path(), name));
            records.add(record(path, file, 1, described.times(), stream(file, stream.getValue())));
        }
        return records;
    }

    private Body stream(NtfsFile file, List<NtfsAttribute> parts) throws IOException {
        try {
            return regular(file, NtfsStream.of(file.number(), parts));
        } catch (FormatException e) {
            volume.warn(e);
            return Body.of(FileType.REGULAR, 0, Content.NONE, false, true);
        }
    }

    private static boolean isStreamName(RawName name) {
        for (int i = 0; i < name.length(); i++) {
            byte octet = name.byteAt(i);
            if (octet == ':' || octet == '/' || octet == 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] joined(RawName path, RawName stream) {
        return ByteBuffer.allocate(path.length() + 1 + stream.length())
                .put(path.toBytes())
                .put((byte) ':')
                .put(stream.toBytes())
                .array();
    }
}
