package mirage.glance;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Dependencies between the adapter's packages point one way, and only some of them know the library. */
final class PackageDirectionTest {
    /** What each package may use besides {@link #COMMON}, of the adapter by its last name, of the backend by its whole one. */
    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    Map.entry("config", Set.of()),
                    Map.entry("database", Set.of()),
                    Map.entry("identity", Set.of()),
                    Map.entry("web", Set.of()),
                    Map.entry("record", Set.of("database", "mirage.catalog")),
                    Map.entry("policy", Set.of("identity", "mirage.command")),
                    Map.entry("http", Set.of("identity")),
                    Map.entry("schema", Set.of("http", "record")),
                    Map.entry("patch", Set.of("http", "record", "schema")),
                    Map.entry("query", Set.of("http", "record", "identity")),
                    Map.entry("store", Set.of("record", "web", "mirage.library", "mirage.catalog")),
                    Map.entry(
                            "transfer",
                            Set.of(
                                    "http",
                                    "record",
                                    "store",
                                    "web",
                                    "mirage.library",
                                    "mirage.catalog",
                                    "mirage.manifest")),
                    Map.entry("metadef", Set.of("database")),
                    Map.entry("metadef.api", Set.of("metadef", "http", "identity", "policy")),
                    Map.entry(
                            "api",
                            Set.of(
                                    "http",
                                    "identity",
                                    "metadef",
                                    "metadef.api",
                                    "policy",
                                    "record",
                                    "schema",
                                    "patch",
                                    "query",
                                    "store",
                                    "transfer",
                                    "web",
                                    "mirage.library",
                                    "mirage.catalog",
                                    "mirage.manifest")),
                    Map.entry(
                            "serve",
                            Set.of(
                                    "api",
                                    "database",
                                    "http",
                                    "identity",
                                    "metadef",
                                    "policy",
                                    "record",
                                    "schema",
                                    "store",
                                    "transfer",
                                    "web",
                                    "mirage.library",
                                    "mirage.catalog",
                                    "mirage.command")));

    private static final Set<String> KNOW_JETTY = Set.of("http", "web");
    private static final Set<String> KNOW_SQL = Set.of("database", "metadef", "record");

    /** What every package may use: each declares its own options. */
    private static final Set<String> COMMON = Set.of("config");

    private final JavaClasses classes =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("mirage.glance");

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
                        && !COMMON.contains(to)
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
    void whoKnowsJettyAndWhoKnowsSql() {
        Set<String> strangers = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                String target = use.getTargetClass().getPackageName();
                boolean jetty = target.startsWith("org.eclipse.jetty");
                boolean sql = target.startsWith("org.jdbi") || target.startsWith("java.sql");
                if ((jetty && !KNOW_JETTY.contains(nameOf(type)))
                        || (sql && !KNOW_SQL.contains(nameOf(type)))) {
                    strangers.add(use.getDescription());
                }
            }
        }
        assertThat(strangers).isEmpty();
    }

    @Test
    void noCycles() {
        slices().matching("mirage.glance.(*)..").should().beFreeOfCycles().check(classes);
    }

    private static String nameOf(JavaClass type) {
        String name = type.getPackageName();
        String adapter = "mirage.glance.";
        return name.startsWith(adapter) ? name.substring(adapter.length()) : name;
    }
}
