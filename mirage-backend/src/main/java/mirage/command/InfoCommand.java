package mirage.command;

import mirage.bytes.NamedExtent;
import mirage.catalog.ImageId;
import mirage.filesystem.known.KnownContent;
import mirage.library.ImageSharing;
import mirage.library.MirageLibrary;
import mirage.library.StoredImage;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;
import mirage.volume.Volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what is known of an image. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description =
                "Show what is known of an image: format, volumes, file systems, and what it shares with others.",
        footer = {"", "Example:", "  mirage info --data /var/lib/mirage debian-12"})
final class InfoCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Parameters(paramLabel = "IMAGE", description = "Name or id.")
    private String image;

    @Override
    public Integer call() throws IOException {
        try (MirageLibrary library = data.open()) {
            ImageId id = DataDirectory.find(library, image);
            Map<String, Object> facts = facts(library, id);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Json.print(out, facts);
            } else {
                print(out, "", facts);
                out.flush();
            }
        }
        return 0;
    }

    /** The facts that need no manifest. */
    static Map<String, Object> summary(StoredImage stored) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("id", stored.id().value());
        facts.put("name", stored.name());
        facts.put("size", stored.size());
        facts.put("state", stored.state().name().toLowerCase(Locale.ROOT));
        String format = stored.format();
        if (format != null) {
            facts.put("format", format);
        }
        Long virtualSize = stored.virtualSize();
        if (virtualSize != null) {
            facts.put("virtualSize", virtualSize);
        }
        facts.put("md5", stored.digests().md5());
        facts.put("sha256", stored.digests().sha256());
        facts.put("sha512", stored.digests().sha512());
        return facts;
    }

    private static Map<String, Object> facts(MirageLibrary library, ImageId id) throws IOException {
        StoredImage stored = library.find(id);
        if (stored == null) {
            throw new IOException("image " + id + " was deleted meanwhile");
        }
        Map<String, Object> facts = summary(stored);
        ImageManifest manifest = library.manifest(id);
        if (manifest == null) {
            return facts;
        }
        facts.put("stored", manifest.provenance().at().toString());
        if (!manifest.externals().isEmpty()) {
            facts.put("externals", manifest.externals());
        }
        if (!manifest.hasOneDisk()) {
            facts.put("disks", disks(manifest));
        }
        facts.put("volumes", volumes(manifest));
        ImageSharing sharing = library.sharing(id);
        Map<String, Object> shared = new LinkedHashMap<>();
        shared.put("chunks", sharing.chunks());
        shared.put("chunkBytes", sharing.chunkBytes());
        shared.put("exclusiveChunks", sharing.exclusiveChunks());
        shared.put("exclusiveBytes", sharing.exclusiveBytes());
        shared.put("freedByDeletingBytes", sharing.freedBytes());
        facts.put("sharing", shared);
        if (!manifest.warnings().isEmpty()) {
            facts.put("warnings", manifest.warnings());
        }
        return facts;
    }

    private static List<Map<String, Object>> disks(ImageManifest manifest) {
        List<Map<String, Object>> disks = new ArrayList<>();
        for (NamedExtent disk : manifest.disks()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("disk", disk.name());
            facts.put("offset", disk.offset());
            facts.put("length", disk.length());
            disks.add(facts);
        }
        return disks;
    }

    private static List<Map<String, Object>> volumes(ImageManifest manifest) {
        List<Map<String, Object>> volumes = new ArrayList<>();
        for (VolumeRecord volume : manifest.volumes()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("volume", volume.volume().id());
            facts.put("table", volume.volume().table());
            putPlace(facts, volume.volume());
            facts.put("length", volume.volume().length());
            putUnlessEmpty(facts, "type", volume.volume().type());
            putUnlessEmpty(facts, "name", volume.volume().name());
            putUnlessEmpty(facts, uuidName(volume.volume()), volume.volume().uuid());
            VolumeRecord.FileTable files = volume.files();
            if (files != null) {
                facts.put("fileSystem", files.type());
                putUnlessEmpty(facts, "label", files.label());
                putUnlessEmpty(facts, "uuid", files.uuid());
                facts.put("blockSize", files.blockSizeBytes());
                facts.put("files", files.entryCount());
            }
            KnownContent known = volume.known();
            if (known != null) {
                facts.put("fileSystem", known.type());
                putUnlessEmpty(facts, "label", known.label());
                putUnlessEmpty(facts, "uuid", known.uuid());
            }
            facts.put("indexed", files != null);
            volumes.add(facts);
        }
        return volumes;
    }

    private static void putPlace(Map<String, Object> facts, Volume volume) {
        if (volume.isRange()) {
            facts.put("offset", volume.offset());
        } else {
            facts.put("pieces", volume.map().runCount());
        }
    }

    /** The file system may have a UUID too. */
    private static String uuidName(Volume volume) {
        return switch (volume.table()) {
            case "lvm2" -> "lvUuid";
            case "md" -> "arrayUuid";
            default -> "partUuid";
        };
    }

    private static void putUnlessEmpty(Map<String, Object> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.put(name, value);
        }
    }

    private static void print(PrintWriter out, String indent, Map<?, ?> facts) {
        facts.forEach((name, value) -> {
            switch (value) {
                case Map<?, ?> inner -> {
                    out.println(indent + name + ":");
                    print(out, indent + "  ", inner);
                }
                case List<?> list -> {
                    out.println(indent + name + ":");
                    list.forEach(element -> {
                        if (element instanceof Map<?, ?> inner) {
                            out.println(indent + "  -");
                            print(out, indent + "    ", inner);
                        } else {
                            out.println(indent + "  - " + Printable.of(element.toString()));
                        }
                    });
                }
                default -> out.println(indent + name + ": " + Printable.of(String.valueOf(value)));
            }
        });
    }
}
