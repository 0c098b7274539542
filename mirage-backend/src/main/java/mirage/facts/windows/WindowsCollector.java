package mirage.facts.windows;

import mirage.facts.Fact.Architecture;
import mirage.facts.Fact.EnabledUnit;
import mirage.facts.Fact.InstalledPackage;
import mirage.facts.Fact.OperatingSystem;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.util.Locale;

/**
 * Windows by its registry: of {@code SOFTWARE} the version and the programs that can be uninstalled, of {@code SYSTEM}
 * the architecture and the services that start by themselves. Specifications: Microsoft's "Uninstall Registry Key", and
 * "HKLM\SYSTEM\CurrentControlSet\Services Registry Tree".
 */
public final class WindowsCollector implements FactCollector {
    private static final int NO_DRIVER = 0x30;
    private static final int AUTO = 2;

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return (path.endsWith("/SOFTWARE")
                        || path.endsWith("/SYSTEM")
                        || path.endsWith("/software")
                        || path.endsWith("/system"))
                && path.lowerCase().isIn("windows/system32/config");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        Hive hive = Hive.open(file.bytes());
        if (file.path().lowerCase().nameIs("software")) {
            tellVersion(hive, file.source(), facts);
            tellPrograms(hive, file.source(), facts, "Microsoft");
            tellPrograms(hive, file.source(), facts, "WOW6432Node", "Microsoft");
        } else {
            tellSystem(hive, file.source(), facts);
        }
    }

    private static void tellVersion(Hive hive, RawName source, FactSink facts) throws IOException {
        Hive.Key version = hive.find(hive.root(), "Microsoft", "Windows NT", "CurrentVersion");
        if (version == null) {
            return;
        }
        String display = hive.value(version, "DisplayVersion");
        facts.add(
                source,
                new OperatingSystem(
                        "windows",
                        number(hive, version),
                        display.isEmpty() ? hive.value(version, "ReleaseId") : display,
                        hive.value(version, "ProductName"),
                        ""));
    }

    /** Such as {@code 10.0.20348.169}; before Windows 10 only the text had major and minor. */
    private static String number(Hive hive, Hive.Key version) throws IOException {
        String major = hive.value(version, "CurrentMajorVersionNumber");
        StringBuilder number =
                new StringBuilder(
                        major.isEmpty()
                                ? hive.value(version, "CurrentVersion")
                                : major + "." + hive.value(version, "CurrentMinorVersionNumber"));
        for (String part : new String[] {"CurrentBuildNumber", "UBR"}) {
            String value = hive.value(version, part);
            if (!value.isEmpty()) {
                number.append('.').append(value);
            }
        }
        return number.toString();
    }

    private static void tellPrograms(Hive hive, RawName source, FactSink facts, String... microsoft)
            throws IOException {
        Hive.Key above = hive.find(hive.root(), microsoft);
        Hive.Key programs =
                above == null ? null : hive.find(above, "Windows", "CurrentVersion", "Uninstall");
        if (programs == null) {
            return;
        }
        String architecture = microsoft.length > 1 ? "x86" : "";
        hive.forEachSubkey(
                programs,
                program -> {
                    String name = hive.value(program, "DisplayName");
                    if (!name.isEmpty()) {
                        facts.add(
                                source,
                                new InstalledPackage(
                                        "windows",
                                        name,
                                        hive.value(program, "DisplayVersion"),
                                        architecture,
                                        hive.value(program, "Publisher"),
                                        "",
                                        "installed"));
                    }
                });
    }

    private static void tellSystem(Hive hive, RawName source, FactSink facts) throws IOException {
        Hive.Key select = hive.find(hive.root(), "Select");
        String number = select == null ? "1" : hive.value(select, "Current");
        Hive.Key control =
                hive.find(
                        hive.root(),
                        "ControlSet" + "0".repeat(Math.max(0, 3 - number.length())) + number);
        if (control == null) {
            return;
        }
        Hive.Key environment = hive.find(control, "Control", "Session Manager", "Environment");
        String processor =
                environment == null ? "" : hive.value(environment, "PROCESSOR_ARCHITECTURE");
        if (!processor.isEmpty()) {
            facts.add(source, new Architecture(machine(processor)));
        }
        Hive.Key services = hive.find(control, "Services");
        if (services != null) {
            hive.forEachSubkey(
                    services,
                    service -> {
                        String start = hive.value(service, "Start");
                        String type = hive.value(service, "Type");
                        if (start.equals(Integer.toString(AUTO)) && isNoDriver(type)) {
                            facts.add(source, new EnabledUnit("windows", service.name(), "auto"));
                        }
                    });
        }
    }

    private static boolean isNoDriver(String type) {
        // A text where a number belongs is no type.
        return type.matches("[0-9]{1,10}") && (Long.parseLong(type) & NO_DRIVER) != 0;
    }

    private static String machine(String processor) {
        return switch (processor.toUpperCase(Locale.ROOT)) {
            case "AMD64" -> "x86_64";
            case "ARM64" -> "aarch64";
            case "X86" -> "i386";
            default -> processor.toLowerCase(Locale.ROOT);
        };
    }
}
