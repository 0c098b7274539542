package mirage.agent.fleet;

import mirage.agent.fleet.Fleet.Outcome;
import mirage.agent.fleet.Fleet.Plan;
import mirage.command.Subcommand;
import mirage.log.Logs;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Simulates many hosts that deploy one image. */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        description = {
            "Simulate many hosts that deploy one image at the same moment.",
            "Agents, deltas and bases are real, one set for each host; network and time are a model: the service's link is"
                    + " shared evenly, a host's link bounds its share, and what a host does for itself takes as long as it"
                    + " takes on this machine when nothing else runs. See docs/performance.md."
        },
        footer = {"", "Example:", "  mirage agent fleet --hosts 200 golden-1.raw golden-2.qcow2"})
public final class FleetCommand implements Subcommand {
    private static final double BYTES_PER_MEGABIT = 1e6 / 8;

    @Spec private CommandSpec spec;

    @Option(names = "--hosts", paramLabel = "N", description = "How many (default: 200).")
    private int hosts = 200;

    @Option(
            names = "--origin",
            paramLabel = "MBIT/S",
            description = "The service's link (default: 10000).")
    private double origin = 10_000;

    @Option(
            names = "--host",
            paramLabel = "MBIT/S",
            description = "The link of each host (default: 1000).")
    private double host = 1000;

    @Option(
            names = "--latency",
            paramLabel = "MS",
            description = "From a request to its answer, in milliseconds (default: 1).")
    private double latency = 1;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Where to work (default: the system's temporary folder).")
    private @Nullable Path work;

    @Parameters(index = "0", paramLabel = "BASE", description = "The raw disk that hosts have.")
    private Path base;

    @Parameters(index = "1", paramLabel = "IMAGE", description = "The image that they want.")
    private Path image;

    @Override
    public Integer call() throws IOException {
        if (hosts < 1 || !(origin > 0) || !(host > 0) || !(latency >= 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "hosts, rates and latency are not negative, nor are rates 0");
        }
        Plan plan =
                new Plan(
                        base,
                        image,
                        hosts,
                        origin * BYTES_PER_MEGABIT,
                        host * BYTES_PER_MEGABIT,
                        latency / 1000);
        Logs.warningsOnly();
        PrintWriter out = spec.commandLine().getOut();
        try (Fleet fleet = Fleet.of(plan, work)) {
            List<Outcome> outcomes = fleet.run();
            out.printf(
                    Locale.ROOT,
                    "%d hosts with links of %.0f Mbit/s, the service's of %.0f Mbit/s%n%n",
                    hosts,
                    host,
                    origin);
            out.println("| | MB from the service | s: first host, median, last |");
            out.println("| --- | ---: | ---: |");
            for (Outcome outcome : outcomes) {
                out.printf(
                        Locale.ROOT,
                        "| %s | %.1f | %.2f, %.2f, %.2f |%n",
                        outcome.way(),
                        outcome.originBytes() / 1e6,
                        outcome.seconds().getFirst(),
                        outcome.median(),
                        outcome.makespan());
            }
            out.flush();
        }
        return 0;
    }
}
