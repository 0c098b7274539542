package mirage.agent.run;

import mirage.agent.build.BuildSettings;
import mirage.config.ConfigException;
import mirage.config.Configuration;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the agent does.
 *
 * @param nova null when there is no Nova on this host
 * @param account null when the agent asks for nothing by itself
 * @param unusedBudget bytes that bases may have together which the agent put there and Nova has not used
 * @param verifyBytesPerSecond 0 for not at all
 * @param verifyInterval for so long what was read is not read again
 */
record AgentSettings(
        InetSocketAddress listen,
        URI facade,
        @Nullable Path authorities,
        Path stateDirectory,
        long stateBudget,
        long reserve,
        boolean raw,
        BuildSettings build,
        long bandwidth,
        String host,
        Duration pollInterval,
        @Nullable Nova nova,
        @Nullable Account account,
        List<String> pull,
        Duration pullInterval,
        boolean announced,
        long unusedBudget,
        long verifyBytesPerSecond,
        Duration verifyInterval) {
    AgentSettings {
        pull = List.copyOf(pull);
    }

    /**
     * Nova on this host.
     *
     * @param lockWait how long to wait for a base that Nova has locked
     * @param user to whom files are given, null for the one that the agent runs as
     */
    record Nova(Path bases, Path locks, Duration lockWait, @Nullable String user) {}

    static AgentSettings from(Configuration configuration) throws ConfigException {
        Path state = configuration.get(AgentOptions.STATE_DIR).toAbsolutePath().normalize();
        return new AgentSettings(
                configuration.get(AgentOptions.LISTEN),
                configuration.get(AgentOptions.FACADE),
                configuration.get(AgentOptions.CAFILE).orElse(null),
                state,
                configuration.get(AgentOptions.STATE_BUDGET),
                configuration.get(AgentOptions.RESERVE),
                configuration.get(AgentOptions.PRESENT) == AgentOptions.Present.RAW,
                new BuildSettings(
                        configuration.get(AgentOptions.WORTHWHILE),
                        configuration.get(AgentOptions.BUILDS),
                        configuration.get(AgentOptions.BUILD_TIME),
                        BuildSettings.STILL),
                configuration.get(AgentOptions.BANDWIDTH),
                host(configuration),
                configuration.get(AgentOptions.POLL_INTERVAL),
                nova(configuration),
                Account.from(configuration),
                configuration.get(AgentOptions.IMAGES).stream()
                        .filter(text -> !text.isEmpty())
                        .toList(),
                configuration.get(AgentOptions.PULL_INTERVAL),
                configuration.get(AgentOptions.ANNOUNCED),
                configuration.get(AgentOptions.UNUSED_BUDGET),
                configuration.get(AgentOptions.VERIFY_RATE),
                configuration.get(AgentOptions.VERIFY_INTERVAL));
    }

    /** The name of the host in the options, or that of the machine. */
    static String host(Configuration configuration) {
        String host = configuration.get(AgentOptions.HOST);
        if (!host.isEmpty()) {
            return host;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException nameless) {
                return "localhost";
            }
        }
    }

    private static @Nullable Nova nova(Configuration configuration) {
        Path instances = configuration.get(AgentOptions.INSTANCES_PATH).orElse(null);
        if (instances == null) {
            return null;
        }
        Path absolute = instances.toAbsolutePath().normalize();
        String user = configuration.get(AgentOptions.NOVA_USER);
        return new Nova(
                absolute.resolve(configuration.get(AgentOptions.BASE_DIR)),
                configuration.get(AgentOptions.LOCK_PATH).orElse(absolute.resolve("locks")),
                configuration.get(AgentOptions.LOCK_WAIT),
                user.isEmpty() ? null : user);
    }
}
