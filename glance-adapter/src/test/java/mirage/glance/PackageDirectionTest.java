package mirage.glance;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Map.entry;

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
                    entry("database", Set.of()),
                    entry("identity", Set.of()),
                    entry("web", Set.of()),
                    entry("record", Set.of("database", "mirage.catalog")),
                    entry("identity.remote", Set.of()),
                    entry("identity.keystone", Set.of("identity", "identity.remote")),
                    entry("identity.oidc", Set.of("identity", "identity.remote")),
                    entry("policy", Set.of("identity", "mirage.command")),
                    entry("http", Set.of("identity")),
                    entry("notification", Set.of()),
                    entry(
                            "event",
                            Set.of(
                                    "http",
                                    "identity",
                                    "metadef",
                                    "notification",
                                    "record",
                                    "store",
                                    "transfer",
                                    "mirage.catalog")),
                    entry("cors", Set.of("http")),
                    entry("metrics", Set.of("http")),
                    entry("schema", Set.of("http", "record")),
                    entry("patch", Set.of("http", "policy", "record", "schema")),
                    entry("query", Set.of("http", "record", "identity")),
                    entry("store", Set.of("record", "web", "mirage.library", "mirage.catalog")),
                    entry("cache", Set.of("store", "mirage.catalog")),
                    entry(
                            "transfer",
                            Set.of(
                                    "http",
                                    "record",
                                    "store",
                                    "web",
                                    "mirage.bytes",
                                    "mirage.image.inspect",
                                    "mirage.library",
                                    "mirage.catalog",
                                    "mirage.manifest")),
                    entry("quota", Set.of("http", "record", "transfer", "identity.keystone")),
                    entry(
                            "signature",
                            Set.of("http", "record", "store", "transfer", "identity.keystone")),
                    entry("metadef", Set.of("database")),
                    entry("metadef.api", Set.of("event", "metadef", "http", "identity", "policy")),
                    entry(
                            "api",
                            Set.of(
                                    "cache",
                                    "cors",
                                    "event",
                                    "http",
                                    "identity",
                                    "metadef",
                                    "metadef.api",
                                    "policy",
                                    "record",
                                    "schema",
                                    "patch",
                                    "query",
                                    "quota",
                                    "store",
                                    "transfer",
                                    "web",
                                    "mirage.library",
                                    "mirage.catalog",
                                    "mirage.manifest")),
                    entry(
                            "deploy",
                            Set.of(
                                    "api",
                                    "http",
                                    "identity",
                                    "policy",
                                    "record",
                                    "schema",
                                    "store",
                                    "mirage.bytes",
                                    "mirage.catalog",
                                    "mirage.delta",
                                    "mirage.codec",
                                    "mirage.deploy",
                                    "mirage.library")),
                    entry(
                            "serve",
                            Set.of(
                                    "cache",
                                    "api",
                                    "cors",
                                    "database",
                                    "deploy",
                                    "event",
                                    "http",
                                    "identity",
                                    "identity.keystone",
                                    "identity.oidc",
                                    "metadef",
                                    "metrics",
                                    "notification",
                                    "policy",
                                    "quota",
                                    "record",
                                    "schema",
                                    "signature",
                                    "store",
                                    "transfer",
                                    "web",
                                    "mirage.library",
                                    "mirage.deploy",
                                    "mirage.catalog",
                                    "mirage.command")));

    /** Which packages may know a library, by how the library's packages begin. */
    private static final Map<String, Set<String>> KNOWN_BY =
            Map.of(
                    "org.eclipse.jetty", Set.of("http", "web"),
                    "com.rabbitmq", Set.of("notification"),
                    "org.jdbi", Set.of("database", "metadef", "record"),
                    "java.sql", Set.of("database", "metadef", "record"),
                    "org.openstack4j", Set.of("identity.keystone"),
                    "org.tukaani", Set.of("transfer"),
                    "com.nimbusds", Set.of("identity.oidc"));

    /** What every package may use: each declares its own options, and has jobs that log. */
    private static final Set<String> COMMON = Set.of("mirage.config", "mirage.log");

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
        slices().matching("mirage.glance.(**)").should().beFreeOfCycles().check(classes);
    }

    private static String nameOf(JavaClass type) {
        String name = type.getPackageName();
        String adapter = "mirage.glance.";
        return name.startsWith(adapter) ? name.substring(adapter.length()) : name;
    }
}
