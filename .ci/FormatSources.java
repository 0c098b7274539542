import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import com.google.googlejavaformat.java.ImportOrderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks ({@code --check}) or rewrites ({@code --write}) every Java source below the given folders. */
final class FormatSources {
    public static void main(String[] args) throws IOException, FormatterException {
        boolean write = args[0].equals("--write");
        Formatter formatter =
                new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).formatJavadoc(false).build());
        List<Path> unformatted = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            Path folder = Path.of(args[i]);
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                    String before = Files.readString(file);
                    String after = format(formatter, file, before);
                    if (!after.equals(before)) {
                        unformatted.add(file);
                        if (write) {
                            Files.writeString(file, after);
                        }
                    }
                }
            }
        }
        unformatted.forEach(f -> System.out.println((write ? "formatted " : "not formatted: ") + f));
        if (!write && !unformatted.isEmpty()) {
            System.out.println("run: mvn -q -N -Pformat process-sources");
            System.exit(1);
        }
    }

    private static String format(Formatter formatter, Path file, String source) throws FormatterException {
        try {
            String ordered = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), Style.AOSP);
            return formatter.formatSource(ordered);
        } catch (FormatterException e) {
            throw new FormatterException(file + ": " + e.getMessage());
        }
    }
}
