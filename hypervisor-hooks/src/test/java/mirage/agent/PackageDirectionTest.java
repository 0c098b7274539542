package mirage.agent;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Dependencies between the agent's packages point one way, and time is measured by a clock that nobody sets. */
final class PackageDirectionTest {
    /** What each package may use, of the agent by its last name, of the backend by its whole one. */
    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    entry("measure", Set.of()),
                    entry("wire", Set.of()),
                    entry("deploy", Set.of("wire", "measure", "mirage.catalog", "mirage.codec")),
                    entry(
                            "hold",
                            Set.of("deploy", "mirage.bytes", "mirage.catalog", "mirage.codec")),
                    entry(
                            "nova",
                            Set.of(
                                    "deploy",
                                    "hold",
                                    "mirage.bytes",
                                    "mirage.catalog",
                                    "mirage.codec",
                                    "mirage.image.inspect",
                                    "mirage.image.ova",
                                    "mirage.image.wrapped")),
                    entry(
                            "build",
                            Set.of(
                                    "deploy",
                                    "hold",
                                    "measure",
                                    "mirage.bytes",
                                    "mirage.catalog",
                                    "mirage.codec",
                                    "mirage.delta",
                                    "mirage.image",
                                    "mirage.image.inspect")),
                    entry(
                            "proxy",
                            Set.of(
                                    "build",
                                    "deploy",
                                    "hold",
                                    "measure",
                                    "wire",
                                    "mirage.bytes",
                                    "mirage.catalog",
                                    "mirage.codec")),
                    entry(
                            "fleet",
                            Set.of(
                                    "build",
                                    "deploy",
                                    "hold",
                                    "measure",
                                    "nova",
                                    "mirage.catalog",
                                    "mirage.command",
                                    "mirage.deploy",
                                    "mirage.library",
                                    "mirage.log")),
                    entry(
                            "run",
                            Set.of(
                                    "build",
                                    "deploy",
                                    "fleet",
                                    "hold",
                                    "measure",
                                    "nova",
                                    "proxy",
                                    "wire",
                                    "mirage.bytes",
                                    "mirage.catalog",
                                    "mirage.codec",
                                    "mirage.command",
                                    "mirage.config",
                                    "mirage.log")));

    /** Which packages may know a library, by how the library's packages begin. */
    private static final Map<String, Set<String>> KNOWN_BY =
            Map.of(
                    "org.eclipse.jetty.server", Set.of("proxy"),
                    "org.eclipse.jetty.client", Set.of("wire"),
                    "org.eclipse.jetty.http", Set.of("wire", "deploy", "proxy", "run"),
                    "org.eclipse.jetty.io", Set.of("wire", "deploy", "proxy", "run"),
                    "com.fasterxml.jackson", Set.of("deploy", "hold", "proxy", "run"),
                    "io.micrometer", Set.of("measure"),
                    "picocli", Set.of("run", "fleet"));

    private final JavaClasses classes =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("mirage.agent");

    @Test
    void noPackageUsesWhatItMayNot() {
        Set<String> undeclared = new TreeSet<>();
        for (JavaClass type : classes) {
            String from = nameOf(type);
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                JavaClass target = use.getTargetClass().getBaseComponentType();
                String to = nameOf(target);
                if (target.getPackageName().startsWith("mirage.")
                        && !to.equals(from)
                        && !MAY_USE.getOrDefault(from, Set.of()).contains(to)) {
                    undeclared.add(from + " uses " + to + ": " + use.getDescription());
                }
            }
        }
        assertThat(undeclared).isEmpty();
    }

    @Test
    void everyPackageIsDeclared() {
        Set<String> found = new TreeSet<>();
        classes.forEach(type -> found.add(nameOf(type)));
        assertThat(found).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
    }

    @Test
    void librariesAreKnownToFewPackages() {
        Set<String> strangers = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                String target = use.getTargetClass().getPackageName();
                KNOWN_BY.forEach((library, knowers) -> {
                    if (target.startsWith(library) && !knowers.contains(nameOf(type))) {
                        strangers.add(use.getDescription());
                    }
                });
            }
        }
        assertThat(strangers).isEmpty();
    }

    @Test
    void noCycles() {
        slices().matching("mirage.agent.(**)").should().beFreeOfCycles().check(classes);
    }

    /**
     * A clock that is set must not end a wait, or make one endless. The agent gives a new base its time, by which Nova
     * tells how long it was not used; and notes when a base was read, which must outlast the agent: a clock that is set
     * makes that earlier or later, a clock that is set back makes it at once. The fleet hands clocks to what asks for one. Its network has
     * a time of its own, which is no clock's.
     */
    @Test
    void nothingIsMeasuredByTheTimeOfDay() {
        Set<String> uses = new TreeSet<>();
        for (JavaClass type : classes) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (!call.getTargetOwner().getPackageName().startsWith("java.")) {
                    continue;
                }
                String owner = call.getTargetOwner().getSimpleName();
                String method = call.getTarget().getName();
                if (method.equals("currentTimeMillis")
                        || method.equals("now")
                        || owner.equals("Clock")) {
                    uses.add(type.getSimpleName() + ": " + owner + "." + method);
                }
            }
        }
        assertThat(uses)
                .containsExactly(
                        "Agent: Clock.systemUTC",
                        "BaseDirectory: Clock.instant",
                        "Fleet: Clock.systemUTC",
                        "FleetHost: Clock.systemUTC",
                        "VerifyDuty: Clock.instant");
    }

    private static String nameOf(JavaClass type) {
        String name = type.getPackageName();
        String agent = "mirage.agent.";
        return name.startsWith(agent) ? name.substring(agent.length()) : name;
    }
}
