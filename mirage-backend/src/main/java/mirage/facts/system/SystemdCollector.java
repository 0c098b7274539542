package mirage.facts.system;

import mirage.facts.Fact.EnabledUnit;
import mirage.facts.Fact.ListeningService;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Units that an administrator or a package enabled: links in {@code *.wants} and {@code *.requires} below {@code
 * /etc/systemd/system}, but for those that are masked; of OpenRC the links in {@code /etc/runlevels}. And what enabled
 * sockets listen on. Specifications: systemd.unit(5), systemctl(1) on masks, systemd.socket(5), openrc(8).
 */
public final class SystemdCollector implements FactCollector {
    private static final String ETC = "etc/systemd/system";
    private static final String RUNLEVELS = "etc/runlevels/";
    private static final String SOCKET = ".socket";
    private static final int MAX_SOCKET_BYTES = 256 << 10;
    private static final int MAX_LISTENERS = 10_000;

    private final List<Enabled> enabled = new ArrayList<>();
    private final Set<String> masked = new HashSet<>();
    private final Set<String> wanted = new HashSet<>();

    /** Of a socket unit, what it listens on: a file of {@code /etc} has the word over one of {@code /usr}. */
    private final Map<String, List<Listener>> sockets = new HashMap<>();

    private int listeners;

    private record Enabled(RawName source, EnabledUnit unit) {}

    private record Listener(RawName source, ListeningService service) {}

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.startsWith(ETC)
                || path.startsWith(RUNLEVELS)
                || (path.endsWith(SOCKET)
                        && (path.startsWith("usr/lib/systemd/system/")
                                || path.startsWith("lib/systemd/system/")));
    }

    @Override
    public List<String> places() {
        return List.of(ETC, "etc/runlevels", "usr/lib/systemd/system");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        GuestPath path = file.path();
        String name = path.name();
        String directory = path.parent();
        if (!file.isLink()) {
            if (name.endsWith(SOCKET)) {
                readSocket(file, name);
            }
        } else if (directory.equals(ETC)) {
            if (file.linkTarget().equals("/dev/null")) {
                masked.add(name);
            }
        } else if (path.startsWith(RUNLEVELS)) {
            String level = directory.substring(directory.lastIndexOf('/') + 1);
            facts.add(file.source(), new EnabledUnit("openrc", name, level));
        } else if (directory.endsWith(".wants") || directory.endsWith(".requires")) {
            String target =
                    directory.substring(directory.lastIndexOf('/') + 1, directory.lastIndexOf('.'));
            wanted.add(name);
            if (path.startsWith(ETC)) {
                enabled.add(new Enabled(file.source(), new EnabledUnit("systemd", name, target)));
            }
        }
    }

    @Override
    public void finish(FactSink facts) {
        for (Enabled unit : enabled) {
            if (!masked.contains(unit.unit().name())) {
                facts.add(unit.source(), unit.unit());
            }
        }
        wanted.stream()
                .filter(unit -> !masked.contains(unit))
                .sorted()
                .map(unit -> sockets.getOrDefault(unit, List.of()))
                .flatMap(List::stream)
                .forEach(listener -> facts.add(listener.source(), listener.service()));
    }

    private void readSocket(GuestFile file, String unit) throws IOException {
        List<Listener> listening = new ArrayList<>();
        Lines lines = file.lines(MAX_SOCKET_BYTES);
        for (String line = lines.next(); line != null; line = lines.next()) {
            String setting = line.strip();
            if (setting.startsWith("ListenStream=")) {
                add(listening, file.source(), unit, "tcp", setting);
            } else if (setting.startsWith("ListenDatagram=")) {
                add(listening, file.source(), unit, "udp", setting);
            }
        }
        if (file.path().startsWith(ETC)) {
            sockets.put(unit, listening);
        } else {
            sockets.putIfAbsent(unit, listening);
        }
    }

    /** Sockets that have a path, or none, are no network's. An empty value takes back the ones before it. */
    private void add(
            List<Listener> listening,
            RawName source,
            String unit,
            String protocol,
            String setting) {
        String value = setting.substring(setting.indexOf('=') + 1).strip();
        if (value.isEmpty()) {
            listening.removeIf(listener -> listener.service().protocol().equals(protocol));
            return;
        }
        Address address = Address.parse(value);
        if (address != null && listeners < MAX_LISTENERS) {
            listeners++;
            listening.add(
                    new Listener(
                            source,
                            new ListeningService(unit, protocol, address.host(), address.port())));
        }
    }
}
