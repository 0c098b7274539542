package mirage.command;

import com.fasterxml.jackson.core.JsonGenerator;

import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.library.MirageLibrary;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Lists the files inside an image, from its table: nothing is mounted, no content is read. */
@Command(
        name = "files",
        mixinStandardHelpOptions = true,
        description =
                "List the files inside an image, from its table: nothing is mounted, no content is read.",
        footer = {
            "",
            "Examples:",
            "  mirage files --data /var/lib/mirage debian-12 | grep sshd",
            "  mirage files --data /var/lib/mirage debian-12 --json",
            "  mirage files --data /var/lib/mirage debian-12 --volume vg0/root"
        })
final class FilesCommand implements Subcommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSX", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(
            names = "--json",
            description = "A JSON array with all that is known of each path, one path a line.")
    private boolean json;

    @Mixin private ChosenVolume volume;

    @Parameters(paramLabel = "IMAGE", description = "Name or id.")
    private String image;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (MirageLibrary library = data.open()) {
            ImageManifest manifest = library.manifest(DataDirectory.find(library, image));
            if (manifest == null) {
                throw new IOException("image " + image + " is being taken apart, try again later");
            }
            List<VolumeRecord> volumes = volume.of(manifest);
            if (json) {
                printJson(out, volumes, library);
            } else {
                printText(out, volumes, library);
            }
            out.flush();
        }
        return 0;
    }

    private static void printText(
            PrintWriter out, List<VolumeRecord> volumes, MirageLibrary library) throws IOException {
        for (VolumeRecord volume : volumes) {
            VolumeRecord.FileTable files = volume.files();
            if (files != null) {
                FileTableReader.forEach(
                        files,
                        library.chunks(),
                        entry -> {
                            out.println(text(volume, entry.file()));
                            return true;
                        });
            }
        }
    }

    private static String text(VolumeRecord volume, FileRecord file) {
        String target = file.linkTarget().isEmpty() ? "" : " -> " + printable(file.linkTarget());
        return String.format(
                Locale.ROOT,
                "%s  %s%04o  %5d %5d  %12d  %s  /%s%s",
                Printable.of(volume.volume().id()),
                letter(file.type()),
                file.mode(),
                file.uid(),
                file.gid(),
                file.size(),
                time(file.times().modified()).substring(0, "uuuu-MM-ddTHH:mm:ss".length()),
                printable(file.path()),
                target);
    }

    private static String printable(RawName name) {
        return Printable.of(name.toString());
    }

    private static char letter(FileType type) {
        return switch (type) {
            case REGULAR -> '-';
            case DIRECTORY -> 'd';
            case SYMLINK -> 'l';
            case CHARACTER_DEVICE -> 'c';
            case BLOCK_DEVICE -> 'b';
            case FIFO -> 'p';
            case SOCKET -> 's';
        };
    }

    private static void printJson(
            PrintWriter out, List<VolumeRecord> volumes, MirageLibrary library) throws IOException {
        try (JsonGenerator generator = Json.generator(out)) {
            generator.writeStartArray();
            for (VolumeRecord volume : volumes) {
                VolumeRecord.FileTable files = volume.files();
                if (files != null) {
                    FileTableReader.forEach(
                            files,
                            library.chunks(),
                            entry -> {
                                generator.writeRaw('\n');
                                write(generator, volume, entry);
                                return true;
                            });
                }
            }
            generator.writeRaw('\n');
            generator.writeEndArray();
        }
        out.println();
    }

    private static void write(JsonGenerator json, VolumeRecord volume, FileEntry entry)
            throws IOException {
        FileRecord file = entry.file();
        json.writeStartObject();
        json.writeStringField("volume", volume.volume().id());
        json.writeStringField("path", "/" + file.path());
        if (!isUtf8(file.path())) {
            json.writeStringField("pathBase64", base64(absolute(file.path())));
        }
        json.writeStringField("type", file.type().name().toLowerCase(Locale.ROOT));
        json.writeStringField("mode", String.format(Locale.ROOT, "%04o", file.mode()));
        json.writeNumberField("uid", file.uid());
        json.writeNumberField("gid", file.gid());
        json.writeNumberField("size", file.size());
        json.writeNumberField("links", file.links());
        json.writeNumberField("inode", file.inode());
        json.writeStringField("mtime", time(file.times().modified()));
        json.writeStringField("ctime", time(file.times().changed()));
        json.writeStringField("atime", time(file.times().accessed()));
        if (!file.times().created().equals(FileRecord.Time.UNKNOWN)) {
            json.writeStringField("crtime", time(file.times().created()));
        }
        if (!file.linkTarget().isEmpty()) {
            json.writeStringField("target", file.linkTarget().toString());
        }
        if (!file.device().equals(FileRecord.Device.NONE)) {
            json.writeStringField("device", file.device().major() + ":" + file.device().minor());
        }
        if (!file.xattrs().isEmpty()) {
            json.writeObjectFieldStart("xattrs");
            for (FileRecord.ExtendedAttribute xattr : file.xattrs()) {
                json.writeStringField(xattr.name().toString(), base64(xattr.value()));
            }
            json.writeEndObject();
        }
        if (entry.content() != null) {
            json.writeStringField("sha256", entry.content().toString());
        }
        if (file.flags().encrypted()) {
            json.writeBooleanField("encrypted", true);
        }
        if (file.flags().damaged()) {
            json.writeBooleanField("damaged", true);
        }
        json.writeEndObject();
    }

    private static String time(FileRecord.Time time) {
        return TIME.format(Instant.ofEpochSecond(time.seconds(), time.nanoseconds()));
    }

    private static boolean isUtf8(RawName name) {
        return java.util.Arrays.equals(
                name.toString().getBytes(StandardCharsets.UTF_8), name.toBytes());
    }

    private static RawName absolute(RawName path) {
        byte[] absolute = new byte[path.length() + 1];
        absolute[0] = '/';
        System.arraycopy(path.toBytes(), 0, absolute, 1, path.length());
        return RawName.of(absolute);
    }

    private static String base64(RawName bytes) {
        return Base64.getEncoder().encodeToString(bytes.toBytes());
    }
}
