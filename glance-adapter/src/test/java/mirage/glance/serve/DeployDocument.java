package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code docs/deploy-api.yaml}, and which of its answers were seen. */
final class DeployDocument {
    private static final Path FILE = Path.of("../docs/deploy-api.yaml");

    /** Path, method, statuses. */
    private final Map<String, Map<String, Set<Integer>>> paths = new TreeMap<>();

    private final Set<String> seen = new TreeSet<>();

    DeployDocument() throws IOException {
        Map<?, ?> document =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(FILE));
        child(document, "paths")
                .forEach((path, methods) -> {
                    Map<String, Set<Integer>> byMethod = new TreeMap<>();
                    ((Map<?, ?>) methods)
                            .forEach((method, operation) ->
                                    byMethod.put(
                                            method.toString().toUpperCase(Locale.ROOT),
                                            statuses((Map<?, ?>) operation)));
                    paths.put(path.toString(), byMethod);
                });
    }

    private static Map<?, ?> child(Map<?, ?> map, String name) {
        return Objects.requireNonNull((Map<?, ?>) map.get(name), name);
    }

    private static Set<Integer> statuses(Map<?, ?> operation) {
        Set<Integer> statuses = new TreeSet<>();
        child(operation, "responses")
                .keySet()
                .forEach(status -> statuses.add(Integer.valueOf(status.toString())));
        return statuses;
    }

    /** Path and methods. */
    Map<String, Set<String>> routes() {
        Map<String, Set<String>> routes = new TreeMap<>();
        paths.forEach((path, methods) -> routes.put(path, new TreeSet<>(methods.keySet())));
        return routes;
    }

    /** An answer came, which must be one that is documented. */
    void answered(String method, String path, int status) {
        String route = routeOf(path);
        Set<Integer> documented = paths.getOrDefault(route, Map.of()).get(method);
        assertThat(documented).as("%s %s", method, route).isNotNull().contains(status);
        seen.add(method + " " + route + " " + status);
    }

    /** Answers that are documented and did not come. */
    Set<String> unseen() {
        Set<String> unseen = new TreeSet<>();
        paths.forEach((path, methods) ->
                methods.forEach((method, statuses) ->
                        statuses.forEach(
                                status -> unseen.add(method + " " + path + " " + status))));
        unseen.removeAll(seen);
        return unseen;
    }

    private String routeOf(String path) {
        for (String route : paths.keySet()) {
            if (path.matches(route.replaceAll("\\{[a-z]+}", "[^/]+"))) {
                return route;
            }
        }
        throw new AssertionError("no documented path: " + path);
    }
}
