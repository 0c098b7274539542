package mirage.command;

import com.fasterxml.jackson.core.JsonGenerator;

import mirage.facts.Fact;
import mirage.facts.FactKind;
import mirage.facts.FactTableReader;
import mirage.facts.FoundFact;
import mirage.library.MirageLibrary;
import mirage.manifest.FactTable;
import mirage.manifest.ImageManifest;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells what the files of an image say of the system in it: nothing is mounted, nothing of it is run. */
@Command(
        name = "facts",
        mixinStandardHelpOptions = true,
        description =
                "Tell what the files of an image say of the system in it: release, kernels, packages, libraries, units,"
                        + " accounts. Nothing is mounted, nothing of it is run.",
        footer = {
            "",
            "Examples:",
            "  mirage facts --data /var/lib/mirage debian-12",
            "  mirage facts --data /var/lib/mirage debian-12 --kind packages | grep openssl",
            "  mirage facts --data /var/lib/mirage debian-12 --kind systems --kind kernels --json"
        })
final class FactsCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(
            names = "--json",
            description = "A JSON array with every fact and the file that says so, one a line.")
    private boolean json;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            converter = KindConverter.class,
            completionCandidates = KindNames.class,
            description = "Only facts of this kind, may be repeated: ${COMPLETION-CANDIDATES}.")
    private @Nullable List<FactKind> kinds;

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
            FactTable facts = manifest.facts();
            if (facts == null) {
                throw new IOException(
                        "image " + image + " was stored before facts were gathered; store it anew");
            }
            if (json) {
                printJson(out, facts, library);
            } else {
                FactTableReader.forEach(
                        facts,
                        library.chunks(),
                        found -> {
                            if (isAskedFor(found)) {
                                out.println(text(found.fact()));
                            }
                        });
            }
            out.flush();
        }
        return 0;
    }

    private boolean isAskedFor(FoundFact found) {
        return kinds == null || kinds.contains(found.fact().kind());
    }

    /** Kind and values between tabs, so that columns can be cut. */
    private static String text(Fact fact) {
        return Stream.concat(Stream.of(fact.kind().plural()), fact.values().stream())
                .map(Printable::of)
                .collect(Collectors.joining("\t"));
    }

    private void printJson(PrintWriter out, FactTable facts, MirageLibrary library)
            throws IOException {
        try (JsonGenerator generator = Json.generator(out)) {
            generator.writeStartArray();
            FactTableReader.forEach(
                    facts,
                    library.chunks(),
                    found -> {
                        if (isAskedFor(found)) {
                            generator.writeRaw('\n');
                            write(generator, found);
                        }
                    });
            generator.writeRaw('\n');
            generator.writeEndArray();
        }
        out.println();
    }

    private static void write(JsonGenerator json, FoundFact found) throws IOException {
        FactKind kind = found.fact().kind();
        List<String> values = found.fact().values();
        json.writeStartObject();
        json.writeStringField("kind", kind.plural());
        for (int i = 0; i < values.size(); i++) {
            if (!values.get(i).isEmpty()) {
                json.writeStringField(kind.fields().get(i), values.get(i));
            }
        }
        json.writeStringField("volume", found.source().volume());
        json.writeStringField("file", "/" + found.source().path());
        json.writeEndObject();
    }

    /** The words of people for kinds. */
    static final class KindNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(FactKind.values()).map(FactKind::plural).iterator();
        }
    }

    /** A kind by the word of people for it. */
    static final class KindConverter implements ITypeConverter<FactKind> {
        @Override
        public FactKind convert(String value) {
            return Arrays.stream(FactKind.values())
                    .filter(kind -> kind.plural().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() ->
                            new TypeConversionException(
                                    "expected one of "
                                            + String.join(", ", new KindNames())
                                            + " but was '"
                                            + value
                                            + "'"));
        }
    }
}
