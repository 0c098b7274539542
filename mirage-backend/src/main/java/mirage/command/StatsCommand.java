package mirage.command;

import mirage.library.ImageSharing;
import mirage.library.LibraryStatistics;
import mirage.library.MirageLibrary;
import mirage.library.StoredImage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what a library holds and what it takes. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Show what a library holds and what it takes.",
        footer = {
            "",
            "Examples:",
            "  mirage stats --data /var/lib/mirage",
            "  mirage stats --data /var/lib/mirage --json --per-image"
        })
final class StatsCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(names = "--json", description = "As JSON, sizes in bytes.")
    private boolean json;

    @Option(
            names = "--per-image",
            description =
                    "Also what each image shares, and what deleting it would free: reads every recipe.")
    private boolean perImage;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (MirageLibrary library = data.open()) {
            LibraryStatistics statistics = library.statistics();
            if (json) {
                Map<String, Object> facts = facts(statistics);
                if (perImage) {
                    facts.put("perImage", images(library));
                }
                Json.print(out, facts);
                return 0;
            }
            print(out, statistics);
            if (perImage) {
                print(out, images(library));
            }
            out.flush();
        }
        return 0;
    }

    static Map<String, Object> facts(LibraryStatistics statistics) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("images", statistics.images());
        facts.put("spooledImages", statistics.spooledImages());
        facts.put("uploadedBytes", statistics.uploadedBytes());
        facts.put("storedBytes", statistics.storedBytes());
        facts.put("uniqueBytes", statistics.uniqueBytes());
        facts.put("chunks", statistics.chunks());
        facts.put("packs", statistics.packs());
        facts.put("packBytes", statistics.packBytes());
        facts.put("manifestBytes", statistics.manifestBytes());
        facts.put("indexBytes", statistics.indexBytes());
        facts.put("spoolBytes", statistics.spoolBytes());
        return facts;
    }

    private static void print(PrintWriter out, LibraryStatistics statistics) {
        out.printf(
                "images     %d (%d being taken apart)%n",
                statistics.images(), statistics.spooledImages());
        out.printf("uploaded   %s%n", Sizes.text(statistics.uploadedBytes()));
        out.printf(
                "unique     %s in %d chunks%n",
                Sizes.text(statistics.uniqueBytes()), statistics.chunks());
        out.printf(
                "stored     %s: %s in %d packs, %s of manifests, %s of index%n",
                Sizes.text(statistics.storedBytes()),
                Sizes.text(statistics.packBytes()),
                statistics.packs(),
                Sizes.text(statistics.manifestBytes()),
                Sizes.text(statistics.indexBytes()));
        if (statistics.storedBytes() > 0) {
            out.printf(
                    Locale.ROOT,
                    "ratio      %.1f uploaded bytes for one that is stored%n",
                    (double) statistics.uploadedBytes() / statistics.storedBytes());
        }
    }

    private static List<Map<String, Object>> images(MirageLibrary library) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (StoredImage image : library.list()) {
            if (image.state() == StoredImage.State.STRUCTURED) {
                ImageSharing sharing = library.sharing(image.id());
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("id", image.id().value());
                row.put("name", image.name());
                row.put("chunkBytes", sharing.chunkBytes());
                row.put("sharedBytes", sharing.chunkBytes() - sharing.exclusiveBytes());
                row.put("exclusiveBytes", sharing.exclusiveBytes());
                row.put("freedByDeletingBytes", sharing.freedBytes());
                rows.add(row);
            }
        }
        return rows;
    }

    private static void print(PrintWriter out, List<Map<String, Object>> images) {
        out.printf(
                "%n%-12s  %-12s  %-12s  %-14s  %s%n",
                "CONTENT", "SHARED", "EXCLUSIVE", "FREED BY RM", "IMAGE");
        for (Map<String, Object> row : images) {
            out.printf(
                    "%-12s  %-12s  %-12s  %-14s  %s  %s%n",
                    size(row, "chunkBytes"),
                    size(row, "sharedBytes"),
                    size(row, "exclusiveBytes"),
                    size(row, "freedByDeletingBytes"),
                    row.get("id"),
                    Printable.of(String.valueOf(row.get("name"))));
        }
    }

    private static String size(Map<String, Object> row, String name) {
        return Sizes.text(((Number) java.util.Objects.requireNonNull(row.get(name))).longValue());
    }
}
