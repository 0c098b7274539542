package mirage.facts.system;

import mirage.facts.Fact.OperatingSystem;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which distribution it is: by os-release, else by the files that distributions had before there was one. Of several
 * that say it, the first of the list counts. Specifications: os-release(5), lsb_release(1).
 */
public final class ReleaseCollector implements FactCollector {
    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_LINE_CHARS = 300;
    private static final List<String> OS_RELEASES = List.of("etc/os-release", "usr/lib/os-release");
    private static final String LSB_RELEASE = "etc/lsb-release";

    /** Of one line each: {@code CentOS release 6.10 (Final)}. */
    private static final List<String> LINES =
            List.of(
                    "etc/centos-release",
                    "etc/redhat-release",
                    "etc/system-release",
                    "etc/SuSE-release");

    /** Of nothing but a version, and whose. */
    private static final Map<String, String> VERSIONS =
            new TreeMap<>(
                    Map.of(
                            "etc/debian_version", "debian",
                            "etc/alpine-release", "alpine",
                            "etc/slackware-version", "slackware"));

    private static final Pattern LINE =
            Pattern.compile(
                    "(.{1,200}?) (?:release )?([0-9][^ ]*)(?: \\((.*)\\))?.*", Pattern.DOTALL);

    private final Map<String, Found> found = new HashMap<>();

    private record Found(RawName source, OperatingSystem system) {}

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        if (!path.startsWith("etc/") && !path.startsWith("usr/lib/os-release")) {
            return false;
        }
        String text = path.toString();
        return OS_RELEASES.contains(text)
                || text.equals(LSB_RELEASE)
                || LINES.contains(text)
                || VERSIONS.containsKey(text);
    }

    @Override
    public List<String> places() {
        return List.of("etc", "usr/lib");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        String path = file.path().toString();
        Lines lines = file.lines(MAX_BYTES);
        OperatingSystem system;
        if (OS_RELEASES.contains(path)) {
            system = ofOsRelease(assignments(lines));
        } else if (path.equals(LSB_RELEASE)) {
            system = ofLsbRelease(assignments(lines));
        } else {
            String line = lines.next();
            String text =
                    line == null
                            ? ""
                            : line.substring(0, Math.min(line.length(), MAX_LINE_CHARS)).strip();
            String id = VERSIONS.get(path);
            system = id == null ? ofLine(text) : new OperatingSystem(id, text, "", "", "");
        }
        if (!system.id().isEmpty() || !system.name().isEmpty()) {
            found.put(path, new Found(file.source(), system));
        }
    }

    @Override
    public void finish(FactSink facts) {
        for (List<String> group :
                List.of(OS_RELEASES, List.of(LSB_RELEASE), LINES, List.copyOf(VERSIONS.keySet()))) {
            for (String path : group) {
                Found best = found.get(path);
                if (best != null) {
                    facts.add(best.source(), best.system());
                    return;
                }
            }
        }
    }

    private static OperatingSystem ofOsRelease(Map<String, String> fields) {
        return new OperatingSystem(
                fields.getOrDefault("ID", "linux"),
                fields.getOrDefault("VERSION_ID", fields.getOrDefault("BUILD_ID", "")),
                fields.getOrDefault("VERSION_CODENAME", ""),
                fields.getOrDefault("PRETTY_NAME", fields.getOrDefault("NAME", "")),
                fields.getOrDefault("ID_LIKE", ""));
    }

    private static OperatingSystem ofLsbRelease(Map<String, String> fields) {
        return new OperatingSystem(
                fields.getOrDefault("DISTRIB_ID", "").toLowerCase(Locale.ROOT),
                fields.getOrDefault("DISTRIB_RELEASE", ""),
                fields.getOrDefault("DISTRIB_CODENAME", ""),
                fields.getOrDefault("DISTRIB_DESCRIPTION", ""),
                "");
    }

    private static OperatingSystem ofLine(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            return new OperatingSystem("", "", "", line, "");
        }
        String codename = parts.group(3);
        return new OperatingSystem(
                id(parts.group(1)), parts.group(2), codename == null ? "" : codename, line, "");
    }

    /** Of the name that such a file begins with. */
    private static String id(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("red hat enterprise linux")) {
            return "rhel";
        }
        int space = lower.indexOf(' ');
        return space < 0 ? lower : lower.substring(0, space);
    }

    /** Lines {@code NAME=value}, the value in quotes of the shell or in none. */
    private static Map<String, String> assignments(Lines lines) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line = lines.next(); line != null; line = lines.next()) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                fields.put(
                        line.substring(0, equals).strip(),
                        unquoted(line.substring(equals + 1).strip()));
            }
        }
        return fields;
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || (value.charAt(0) != '"' && value.charAt(0) != '\'')) {
            return value;
        }
        char quote = value.charAt(0);
        StringBuilder plain = new StringBuilder();
        for (int i = 1; i < value.length() && value.charAt(i) != quote; i++) {
            if (quote == '"' && value.charAt(i) == '\\' && i + 1 < value.length()) {
                i++;
            }
            plain.append(value.charAt(i));
        }
        return plain.toString();
    }
}
