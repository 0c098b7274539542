package mirage.command;

import mirage.catalog.ImageId;
import mirage.library.ImageContent;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.LibraryStatistics;
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
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures density and speed on given images. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure density and speed on given images.",
            "Stores them into a library of their own, reads them back, and prints what that took as a table, beside"
                    + " sha512sum, cp and cat of the same files in the same run. The library is removed afterwards."
        },
        subcommands = BenchDeltasCommand.class,
        footer = {
            "",
            "Examples:",
            "  mirage bench golden-1.raw golden-2.raw",
            "  mirage bench deltas golden-1.raw:golden-2.raw"
        })
final class BenchCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Where to work (default: the system's temporary folder).")
    private @Nullable Path work;

    @Option(names = "--no-controls", description = "Leave out sha512sum, cp and cat.")
    private boolean noControls;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "Images, in the order in which they are stored.")
    private List<Path> files = List.of();

    private record Row(
            Path file,
            long bytes,
            long storedAfter,
            long added,
            long chunks,
            Cost ingest,
            Cost rebuild,
            Controls controls) {}

    /** Wall seconds of the controls; 0 when they were left out. */
    private record Controls(double sha512sum, double cp, double cat) {}

    @Override
    public Integer call() throws IOException {
        if (files.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "images are needed");
        }
        try (BenchFolder folder = BenchFolder.in(work)) {
            Path directory = folder.path();
            List<Row> rows = new ArrayList<>();
            LibrarySettings settings =
                    LibrarySettings.defaults().withAcknowledge(Acknowledge.COMMITTED);
            try (MirageLibrary library =
                    MirageLibrary.open(directory.resolve("library"), settings)) {
                for (Path file : files) {
                    rows.add(measure(library, file, rows.size(), directory));
                    print(rows.getLast(), rows.size() == 1);
                }
                printTotals(rows, library.statistics());
            }
        }
        return 0;
    }

    private Row measure(MirageLibrary library, Path file, int number, Path directory)
            throws IOException {
        ImageId id = new ImageId("image-" + number);
        long before = library.statistics().storedBytes();
        Controls controls =
                noControls
                        ? new Controls(0, 0, 0)
                        : new Controls(
                                control(List.of("sha512sum", file.toString())),
                                control(
                                        List.of(
                                                "cp",
                                                file.toString(),
                                                directory.resolve("copy").toString())),
                                control(List.of("cat", file.toString())));
        Files.deleteIfExists(directory.resolve("copy"));
        Cost ingest =
                Cost.of(() -> {
                    try (InputStream bytes = Files.newInputStream(file)) {
                        library.store(id, file.getFileName().toString(), bytes);
                    }
                });
        Cost rebuild =
                Cost.of(() -> {
                    try (ImageContent content = library.open(id, View.CONTAINER)) {
                        content.transferTo(0, content.length(), new Discard());
                    }
                });
        LibraryStatistics after = library.statistics();
        return new Row(
                file,
                Files.size(file),
                after.storedBytes(),
                after.storedBytes() - before,
                after.chunks(),
                ingest,
                rebuild,
                controls);
    }

    private static double control(List<String> command) throws IOException {
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.to(Path.of("/dev/null").toFile()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IOException(command + " ended with " + exit);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command + " ran", e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private void print(Row row, boolean first) {
        PrintWriter out = spec.commandLine().getOut();
        if (first) {
            out.println(
                    "| image | MB | stored MB | added MB | chunks | ingest s (cpu) | MB/s | x sha512sum | x cp |"
                            + " rebuild s (cpu) | MB/s | MB/s of cpu | x cat |");
            out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        }
        double mb = row.bytes() / 1e6;
        out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.1f | %.1f | %d | %.2f (%.2f) | %.0f | %s | %s | %.2f (%.2f) | %.0f | %.0f | %s |%n",
                row.file().getFileName(),
                mb,
                row.storedAfter() / 1e6,
                row.added() / 1e6,
                row.chunks(),
                row.ingest().wall(),
                row.ingest().cpu(),
                mb / row.ingest().wall(),
                ratio(row.controls().sha512sum(), row.ingest().wall()),
                ratio(row.controls().cp(), row.ingest().wall()),
                row.rebuild().wall(),
                row.rebuild().cpu(),
                mb / row.rebuild().wall(),
                mb / row.rebuild().cpu(),
                ratio(row.controls().cat(), row.rebuild().wall()));
        out.flush();
    }

    /** How fast we are where the control is 1. */
    private static String ratio(double control, double ours) {
        return control == 0 ? "-" : String.format(Locale.ROOT, "%.2f", control / ours);
    }

    private void printTotals(List<Row> rows, LibraryStatistics statistics) {
        PrintWriter out = spec.commandLine().getOut();
        double ingest = rows.stream().mapToDouble(row -> row.ingest().wall()).sum();
        double cpu = rows.stream().mapToDouble(row -> row.ingest().cpu()).sum();
        out.printf(
                Locale.ROOT,
                "%n%d images, %.0f MB; stored %.1f MB: packs %.1f, manifests %.2f, index %.2f; unique %.1f MB in %d"
                        + " chunks; ingest %.1f s (%.1f s of cpu)%n",
                rows.size(),
                statistics.uploadedBytes() / 1e6,
                statistics.storedBytes() / 1e6,
                statistics.packBytes() / 1e6,
                statistics.manifestBytes() / 1e6,
                statistics.indexBytes() / 1e6,
                statistics.uniqueBytes() / 1e6,
                statistics.chunks(),
                ingest,
                cpu);
        out.flush();
    }

    private static final class Discard implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int written = bytes.remaining();
            bytes.position(bytes.limit());
            return written;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
