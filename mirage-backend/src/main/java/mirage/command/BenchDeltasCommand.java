package mirage.command;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.delta.Delta;
import mirage.library.ImageView;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.MirageLibrary;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures deltas between given images. */
@Command(
        name = "deltas",
        mixinStandardHelpOptions = true,
        description = {
            "Measure deltas between given raw images.",
            "Stores them into a library of their own, makes the delta of each pair and applies it to the file of the base,"
                    + " each several times: services and agents do so in a process that goes on. A result that is not the"
                    + " image ends the run with an error. conformance-tests/bench/deltas.sh has other programs beside it."
        },
        footer = {"", "Example:", "  mirage bench deltas golden-1.raw:golden-2.raw"})
final class BenchDeltasCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Where to work (default: the system's temporary folder).")
    private @Nullable Path work;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each is done; the first and the last are shown (default: 3).")
    private int rounds = 3;

    @Parameters(arity = "1..*", paramLabel = "BASE:IMAGE", description = "Raw images.")
    private List<String> pairs;

    private final Map<Path, ImageId> stored = new HashMap<>();

    private record Pair(Path base, Path image) {}

    @Override
    public Integer call() throws IOException {
        List<Pair> asked = new ArrayList<>();
        for (String pair : pairs) {
            String[] sides = pair.split(":", 2);
            if (sides.length < 2 || rounds < 1) {
                throw new ParameterException(spec.commandLine(), "BASE:IMAGE expected: " + pair);
            }
            asked.add(new Pair(Path.of(sides[0]), Path.of(sides[1])));
        }
        LibrarySettings settings =
                LibrarySettings.defaults().withAcknowledge(Acknowledge.COMMITTED);
        PrintWriter out = spec.commandLine().getOut();
        try (BenchFolder folder = BenchFolder.in(work);
                MirageLibrary library =
                        MirageLibrary.open(folder.path().resolve("library"), settings)) {
            out.println("| pair | MB | make, CPU s: first, last | apply, CPU s: first, last |");
            out.println("| --- | ---: | ---: | ---: |");
            for (Pair pair : asked) {
                measure(library, pair, folder.path());
            }
        }
        return 0;
    }

    private void measure(MirageLibrary library, Pair pair, Path folder) throws IOException {
        ImageId base = store(library, pair.base());
        ImageId image = store(library, pair.image());
        Path delta = folder.resolve("delta");
        Path made = folder.resolve("made");
        List<Cost> makes = new ArrayList<>();
        List<Cost> applies = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            makes.add(
                    Cost.of(() ->
                            library.deltas()
                                    .make(
                                            new ImageView(base, View.DISK),
                                            new ImageView(image, View.DISK),
                                            delta)));
            applies.add(Cost.of(() -> apply(delta, pair.base(), made)));
        }
        if (Files.mismatch(made, pair.image()) >= 0) {
            throw new IOException("the delta does not make " + pair.image());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "| %s → %s | %.2f | %.1f, %.1f | %.1f, %.1f |%n",
                pair.base().getFileName(),
                pair.image().getFileName(),
                Files.size(delta) / 1e6,
                makes.getFirst().cpu(),
                makes.getLast().cpu(),
                applies.getFirst().cpu(),
                applies.getLast().cpu());
        out.flush();
        Files.delete(made);
    }

    private ImageId store(MirageLibrary library, Path file) throws IOException {
        ImageId known = stored.get(file);
        if (known != null) {
            return known;
        }
        ImageId id = new ImageId("image-" + stored.size());
        try (InputStream bytes = Files.newInputStream(file)) {
            library.store(id, file.getFileName().toString(), bytes);
        }
        stored.put(file, id);
        return id;
    }

    private static void apply(Path delta, Path base, Path made) throws IOException {
        try (ByteSource bytes = FileSource.open(delta);
                ByteSource held = FileSource.open(base)) {
            DeltaApplyCommand.apply(Delta.open(delta.toString(), bytes), held, made, _ -> {});
        }
    }
}
