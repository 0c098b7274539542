package mirage;

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

/** Dependencies between packages point one way: docs/ARCHITECTURE.md, "Packages". */
final class PackageDirectionTest {
    /** What each package may use besides {@code bytes}. Kept equal to the table in docs/ARCHITECTURE.md. */
    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    Map.entry("bytes", Set.of()),
                    Map.entry("config", Set.of()),
                    Map.entry("log", Set.of("config")),
                    Map.entry("codec", Set.of()),
                    Map.entry("deflate", Set.of()),
                    Map.entry("encoder", Set.of("deflate", "codec")),
                    Map.entry("chunk", Set.of()),
                    Map.entry("blob", Set.of()),
                    Map.entry("pack", Set.of("blob", "chunk", "codec")),
                    Map.entry("image", Set.of()),
                    Map.entry("volume", Set.of()),
                    Map.entry("filesystem", Set.of()),
                    Map.entry("layout", Set.of("image", "volume", "filesystem")),
                    Map.entry("manifest", Set.of("chunk", "codec", "blob", "volume", "filesystem")),
                    Map.entry(
                            "delta", Set.of("chunk", "codec", "manifest", "volume", "filesystem")),
                    Map.entry("facts", Set.of("chunk", "codec", "manifest", "filesystem")),
                    Map.entry("catalog", Set.of("manifest", "codec")),
                    Map.entry(
                            "rebuild",
                            Set.of("blob", "pack", "manifest", "chunk", "codec", "encoder")),
                    Map.entry(
                            "ingest",
                            Set.of(
                                    "facts",
                                    "layout",
                                    "image",
                                    "volume",
                                    "filesystem",
                                    "chunk",
                                    "codec",
                                    "pack",
                                    "manifest",
                                    "catalog",
                                    "encoder",
                                    "rebuild")),
                    Map.entry(
                            "maintain",
                            Set.of(
                                    "facts",
                                    "volume",
                                    "pack",
                                    "manifest",
                                    "catalog",
                                    "blob",
                                    "chunk",
                                    "rebuild")),
                    Map.entry(
                            "library",
                            Set.of(
                                    "blob",
                                    "pack",
                                    "chunk",
                                    "delta",
                                    "image",
                                    "volume",
                                    "filesystem",
                                    "layout",
                                    "manifest",
                                    "catalog",
                                    "ingest",
                                    "rebuild",
                                    "encoder",
                                    "maintain",
                                    "codec")),
                    Map.entry(
                            "deploy",
                            Set.of(
                                    "library",
                                    "delta",
                                    "manifest",
                                    "catalog",
                                    "chunk",
                                    "codec",
                                    "filesystem")),
                    Map.entry(
                            "command",
                            Set.of(
                                    "facts",
                                    "library",
                                    "catalog",
                                    "delta",
                                    "manifest",
                                    "filesystem",
                                    "volume",
                                    "chunk",
                                    "maintain")));

    private final JavaClasses classes =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("mirage");

    @Test
    void noPackageUsesWhatItMayNot() {
        Set<String> undeclared = new TreeSet<>();
        for (JavaClass type : classes) {
            String from = packageOf(type);
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                JavaClass target = use.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith("mirage.")) {
                    continue;
                }
                String to = packageOf(target);
                if (!to.equals(from)
                        && !to.equals("bytes")
                        && !MAY_USE.getOrDefault(from, Set.of()).contains(to)) {
                    undeclared.add(
                            from
                                    + " uses "
                                    + to
                                    + ": "
                                    + type.getName()
                                    + " -> "
                                    + target.getName());
                }
            }
        }
        assertThat(undeclared).isEmpty();
    }

    @Test
    void everyPackageIsDeclared() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!MAY_USE.containsKey(packageOf(type))) {
                unknown.add(packageOf(type));
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void noCycles() {
        slices().matching("mirage.(*)..").should().beFreeOfCycles().check(classes);
    }

    /** {@code blob} for {@code mirage.blob.directory}: subpackages are their parent's business. */
    private static String packageOf(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.");
        return parts.length > 1 ? parts[1] : "";
    }
}
