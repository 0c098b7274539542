package mirage.facts;

import mirage.facts.collect.FactCollector;
import mirage.facts.language.GoCollector;
import mirage.facts.language.JavaCollector;
import mirage.facts.language.NodeCollector;
import mirage.facts.language.PythonCollector;
import mirage.facts.packages.ApkCollector;
import mirage.facts.packages.DpkgCollector;
import mirage.facts.packages.PacmanCollector;
import mirage.facts.rpm.RpmCollector;
import mirage.facts.system.AccountCollector;
import mirage.facts.system.ArchitectureCollector;
import mirage.facts.system.BootLoaderCollector;
import mirage.facts.system.KernelCollector;
import mirage.facts.system.ListenerCollector;
import mirage.facts.system.ReleaseCollector;
import mirage.facts.system.SystemdCollector;
import mirage.facts.windows.WindowsCollector;

import java.util.List;

/** The collectors that we have. */
final class FactCollectors {
    private FactCollectors() {}

    /** New ones, for a volume of their own. */
    static List<FactCollector> ofVolume() {
        return List.of(
                new ReleaseCollector(),
                new KernelCollector(),
                new ArchitectureCollector(),
                new BootLoaderCollector(),
                new AccountCollector(),
                new SystemdCollector(),
                new ListenerCollector(),
                new DpkgCollector(),
                new RpmCollector(),
                new ApkCollector(),
                new PacmanCollector(),
                new PythonCollector(),
                new NodeCollector(),
                new JavaCollector(),
                new GoCollector(),
                new WindowsCollector());
    }
}
