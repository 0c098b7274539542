package mirage.facts;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/** The kinds of facts: the code each has in our blobs, what people call it, and its fields in order. */
public enum FactKind {
    OPERATING_SYSTEM(
            1,
            "systems",
            List.of("id", "version", "codename", "name", "like"),
            v -> new Fact.OperatingSystem(v.get(0), v.get(1), v.get(2), v.get(3), v.get(4))),
    KERNEL(
            2,
            "kernels",
            List.of("version", "part", "build"),
            v -> new Fact.Kernel(v.get(0), v.get(1), v.get(2))),
    ARCHITECTURE(3, "architectures", List.of("machine"), v -> new Fact.Architecture(v.getFirst())),
    BOOT_LOADER(
            4,
            "bootloaders",
            List.of("name", "platform"),
            v -> new Fact.BootLoader(v.get(0), v.get(1))),
    PACKAGE(
            5,
            "packages",
            List.of(
                    "manager",
                    "name",
                    "version",
                    "architecture",
                    "source",
                    "sourceVersion",
                    "state"),
            v ->
                    new Fact.InstalledPackage(
                            v.get(0), v.get(1), v.get(2), v.get(3), v.get(4), v.get(5), v.get(6))),
    LIBRARY(
            6,
            "libraries",
            List.of("ecosystem", "name", "version"),
            v -> new Fact.LanguagePackage(v.get(0), v.get(1), v.get(2))),
    UNIT(
            7,
            "units",
            List.of("manager", "name", "target"),
            v -> new Fact.EnabledUnit(v.get(0), v.get(1), v.get(2))),
    ACCOUNT(
            8,
            "accounts",
            List.of("name", "uid", "gid", "home", "shell", "login"),
            v -> new Fact.UserAccount(v.get(0), v.get(1), v.get(2), v.get(3), v.get(4), v.get(5))),
    LISTENER(
            9,
            "listeners",
            List.of("service", "protocol", "address", "port"),
            v -> new Fact.ListeningService(v.get(0), v.get(1), v.get(2), v.get(3)));

    private final int code;
    private final String plural;
    private final List<String> fields;
    private final Function<List<String>, Fact> maker;

    FactKind(int code, String plural, List<String> fields, Function<List<String>, Fact> maker) {
        this.code = code;
        this.plural = plural;
        this.fields = fields;
        this.maker = maker;
    }

    /** In our blobs: never changed, never given to another kind. */
    int code() {
        return code;
    }

    /** For people, who ask for all of a kind. */
    public String plural() {
        return plural;
    }

    /** Names of the values of a fact. Later versions may add some behind them. */
    public List<String> fields() {
        return fields;
    }

    /** The fact of as many values as there are fields. */
    Fact fact(List<String> values) {
        return maker.apply(values);
    }

    /** Null when a later version wrote it. */
    static @Nullable FactKind ofCode(int code) {
        for (FactKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
