package mirage.conformance.suite;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The command {@code conformance-tests/run}. */
@Command(
        name = "run",
        description = {
            "Asks an endpoint of the Image API v2 what a Glance answers.",
            "",
            "Exit codes: 0 all is as Glance does it, 1 something is not, 2 wrong options or no endpoint."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        usageHelpWidth = 110)
public final class Conformance implements Callable<Integer> {
    static final List<String> TABLES =
            List.of(
                    "protocol.cases",
                    "images.cases",
                    "lists.cases",
                    "patches.cases",
                    "data.cases",
                    "sharing.cases",
                    "imports.cases",
                    "sites.cases",
                    "metadefs.cases");

    @Option(
            names = "--endpoint",
            required = true,
            paramLabel = "URL",
            description = "The service, without /v2: http://127.0.0.1:9292",
            defaultValue = "${env:CONFORMANCE_ENDPOINT}")
    private @Nullable URI endpoint;

    @Option(
            names = "--auth-url",
            paramLabel = "URL",
            description =
                    "A Keystone, up to /v3, with the users admin, demo, reader (of project demo) and"
                            + " other, each in the project of its name, all of the domain Default.",
            defaultValue = "${env:CONFORMANCE_AUTH_URL}")
    private @Nullable URI authUrl;

    @Option(
            names = "--password",
            description = "Of all these users.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            defaultValue = "${env:CONFORMANCE_PASSWORD}")
    private @Nullable String password;

    @Option(
            names = "--token",
            paramLabel = "WHO=TOKEN@PROJECT_ID",
            description = "Instead of a Keystone: tokens of admin, demo, reader and other.")
    private Map<String, String> tokens = new HashMap<>();

    @Option(
            names = "--web-image",
            paramLabel = "URL",
            description = "A file that the service may import by web-download.",
            defaultValue = "${env:CONFORMANCE_WEB_IMAGE}")
    private @Nullable URI webImage;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only cases of such names.")
    private Pattern only = Pattern.compile("");

    @Option(
            names = "--offers",
            split = ",",
            paramLabel = "FEATURE",
            description =
                    "What the endpoint must offer, as the first line of the output names it; of"
                            + " !FEATURE what it must not. Otherwise cases are left out unseen.")
    private List<String> demanded = List.of();

    @Option(names = "--threads", description = "How many cases run at a time.")
    private int threads = 4;

    @Option(
            names = "--known",
            paramLabel = "FILE",
            description = "Differences that are meant: per line a case's name and the reason.")
    private @Nullable Path known;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the outcomes there.")
    private @Nullable Path json;

    @Option(names = "--list", description = "Only prints the names of the cases.")
    private boolean isList;

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command, for one that runs it inside another program. */
    public static CommandLine commandLine() {
        return new CommandLine(new Conformance())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("run: " + failure);
                    return CommandLine.ExitCode.USAGE;
                });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Case> cases = new ArrayList<>();
        for (String table : TABLES) {
            cases.addAll(CaseTable.read(table));
        }
        cases.removeIf(one -> !only.matcher(one.name()).find());
        List<Check> checks = new ArrayList<>(DataChecks.all());
        checks.addAll(ClientChecks.all());
        checks.removeIf(one -> !only.matcher(one.name()).find());
        if (isList) {
            cases.forEach(one -> System.out.println(one.name()));
            checks.forEach(one -> System.out.println(one.name()));
            return 0;
        }
        Cloud cloud = Cloud.at(Objects.requireNonNull(endpoint), callers());
        Map<String, String> given = new HashMap<>();
        Set<String> features = new HashSet<>();
        if (authUrl != null && password != null) {
            features.add("keystone");
            given.put("auth-url", authUrl.toString());
            given.put("password", password);
        }
        if (webImage != null) {
            features.add("web");
            given.put("web", webImage.toString());
        }
        Features offered = Features.of(cloud, features);
        System.out.println(
                endpoint
                        + " offers "
                        + String.join(" ", offered.names().stream().sorted().toList()));
        Report report = new Report(System.out, known == null ? Map.of() : Report.readKnown(known));
        for (String feature : demanded) {
            report.add(offer(offered, feature));
        }
        runAll(cases, checks, new CaseRun(cloud, offered, given), report);
        report.summary();
        if (json != null) {
            report.writeJson(json);
        }
        return report.isGood() ? 0 : 1;
    }

    private static Outcome offer(Features offered, String feature) {
        String missing = offered.missing(feature);
        return new Outcome(
                "offers." + feature,
                missing.isEmpty() ? Outcome.Kind.PASS : Outcome.Kind.FAIL,
                missing.isEmpty() ? "" : "the endpoint does otherwise",
                Duration.ZERO);
    }

    private void runAll(List<Case> cases, List<Check> checks, CaseRun run, Report report) {
        List<Supplier<Outcome>> all = new ArrayList<>();
        cases.forEach(one -> all.add(() -> run.run(one)));
        checks.forEach(one -> all.add(() -> run.run(one)));
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Supplier<Outcome> one : all) {
                pool.execute(() -> report.add(one.get()));
            }
        }
    }

    private Map<Who, Caller> callers() throws IOException, InterruptedException {
        Map<Who, Caller> callers = new EnumMap<>(Who.class);
        for (Map.Entry<String, String> token : tokens.entrySet()) {
            callers.put(Who.of(token.getKey()), Caller.parse(token.getValue()));
        }
        if (authUrl != null) {
            if (password == null) {
                throw new IOException("--auth-url needs --password");
            }
            for (Who who : List.of(Who.ADMIN, Who.DEMO, Who.READER, Who.OTHER)) {
                String project = who == Who.READER ? Who.DEMO.wireName() : who.wireName();
                callers.put(who, Keystone.login(authUrl, who.wireName(), password, project));
            }
        }
        if (!callers.keySet().containsAll(Arrays.asList(Who.ADMIN, Who.DEMO, Who.OTHER))) {
            throw new IOException("callers admin, demo and other are needed: see --token");
        }
        return callers;
    }
}
