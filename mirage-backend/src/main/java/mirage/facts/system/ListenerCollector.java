package mirage.facts.system;

import mirage.facts.Fact.ListeningService;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What well-known servers are plainly told to listen on. A directive that only applies under a condition, or stands in
 * a file that another one has to include, counts as it stands. Specifications: sshd_config(5) {@code Port} and {@code
 * ListenAddress}; Apache's {@code Listen}; nginx's {@code listen}; Redis's {@code port}; PostgreSQL's {@code port}.
 */
public final class ListenerCollector implements FactCollector {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_LISTENERS = 10_000;
    private static final String SITES_AVAILABLE = "etc/nginx/sites-available";
    private static final String SITES_ENABLED = "etc/nginx/sites-enabled";
    private static final Pattern SPACE = Pattern.compile("[\\s=]+");

    /**
     * Whose configuration a file is.
     *
     * @param directives in lower case: those whose first argument is an address
     */
    private record Server(String service, Set<String> directives) {}

    private static final Server SSH = new Server("sshd", Set.of("port", "listenaddress"));
    private static final Server APACHE = new Server("apache", Set.of("listen"));
    private static final Server NGINX = new Server("nginx", Set.of("listen"));
    private static final Server REDIS = new Server("redis", Set.of("port"));
    private static final Server POSTGRESQL = new Server("postgresql", Set.of("port"));

    private final Set<ListeningService> known = new HashSet<>();

    /** Sites count when a link enables them, which may come later. */
    private final Map<String, List<Found>> sites = new HashMap<>();

    private final Set<String> enabledSites = new HashSet<>();
    private int found;

    private record Found(RawName source, ListeningService service) {}

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.startsWith("etc/") && server(path) != null;
    }

    private static @Nullable Server server(GuestPath path) {
        if (path.is("etc/ssh/sshd_config")
                || (path.isIn("etc/ssh/sshd_config.d") && path.endsWith(".conf"))) {
            return SSH;
        }
        if (path.is("etc/apache2/ports.conf") || path.is("etc/httpd/conf/httpd.conf")) {
            return APACHE;
        }
        if (path.is("etc/nginx/nginx.conf")
                || path.isIn(SITES_AVAILABLE)
                || path.isIn(SITES_ENABLED)
                || ((path.isIn("etc/nginx/conf.d") || path.isIn("etc/nginx/http.d"))
                        && path.endsWith(".conf"))) {
            return NGINX;
        }
        if (path.is("etc/redis/redis.conf") || path.is("etc/redis.conf")) {
            return REDIS;
        }
        return path.startsWith("etc/postgresql/") && path.nameIs("postgresql.conf")
                ? POSTGRESQL
                : null;
    }

    @Override
    public List<String> places() {
        return List.of(
                "etc/ssh",
                "etc/apache2",
                "etc/httpd/conf",
                "etc/nginx",
                "etc/redis",
                "etc/postgresql");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        Server server = server(file.path());
        if (server == null) {
            return;
        }
        if (file.isLink()) {
            if (file.path().isIn(SITES_ENABLED)) {
                String target = file.linkTarget();
                enabledSites.add(target.substring(target.lastIndexOf('/') + 1));
            }
            return;
        }
        List<Found> listening = read(file, server);
        if (file.path().isIn(SITES_AVAILABLE)) {
            sites.put(file.path().name(), listening);
        } else {
            add(listening, facts);
        }
    }

    @Override
    public void finish(FactSink facts) {
        enabledSites.stream()
                .sorted()
                .forEach(site -> add(sites.getOrDefault(site, List.of()), facts));
    }

    private void add(List<Found> listening, FactSink facts) {
        for (Found one : listening) {
            if (known.add(one.service())) {
                facts.add(one.source(), one.service());
            }
        }
    }

    private List<Found> read(GuestFile file, Server server) throws IOException {
        List<Found> listening = new ArrayList<>();
        Lines lines = file.lines(MAX_BYTES);
        for (String line = lines.next(); line != null; line = lines.next()) {
            String[] words = SPACE.split(line.strip(), 3);
            if (words.length > 1
                    && found < MAX_LISTENERS
                    && server.directives().contains(words[0].toLowerCase(Locale.ROOT))) {
                Address address = Address.parse(words[1].replace(";", ""));
                if (address != null) {
                    found++;
                    listening.add(
                            new Found(
                                    file.source(),
                                    new ListeningService(
                                            server.service(),
                                            "tcp",
                                            address.host(),
                                            address.port())));
                }
            }
        }
        return listening;
    }
}
