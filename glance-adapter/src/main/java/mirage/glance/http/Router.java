package mirage.glance.http;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the endpoint of a path and a method. A path is written as {@code /v2/images/{image}/file}: a segment in braces
 * is a variable and matches any segment that is not empty. A path that no route has is 404; a method that its route has
 * not is 405, with the methods that it has in the order in which they were declared.
 */
public final class Router implements Endpoint {
    private final List<Route> routes;

    private Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    public static Router of(Route... routes) {
        return of(List.of(routes));
    }

    public static Router of(List<Route> routes) {
        return new Router(routes);
    }

    /** A path with its methods. */
    public static final class Route {
        private final String path;
        private final List<String> pattern;
        private final Map<String, Endpoint> methods = new LinkedHashMap<>();

        private Route(String path) {
            this.path = path;
            this.pattern = List.of(path.substring(1).split("/"));
        }

        public static Route at(String path) {
            return new Route(path);
        }

        /** A method that may have a body. */
        public Route on(String method, Endpoint endpoint) {
            methods.put(method, endpoint);
            return this;
        }

        /** A method that must come without a body; 400 when it has one. */
        public Route bodilessOn(String method, Endpoint endpoint) {
            return on(
                    method,
                    exchange -> {
                        if (exchange.hasBody()) {
                            throw HttpFailure.badRequest(
                                    "A body is not expected with this request.");
                        }
                        endpoint.handle(exchange);
                    });
        }

        private boolean matches(List<String> path, Map<String, String> variables) {
            if (path.size() != pattern.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                String expected = pattern.get(i);
                if (expected.startsWith("{")) {
                    if (path.get(i).isEmpty()) {
                        return false;
                    }
                    variables.put(expected.substring(1, expected.length() - 1), path.get(i));
                } else if (!expected.equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        for (Route route : routes) {
            Map<String, String> variables = new HashMap<>();
            if (route.matches(exchange.path(), variables)) {
                exchange.route(route.path);
                Endpoint endpoint = route.methods.get(exchange.method());
                if (endpoint == null) {
                    throw new HttpFailure(
                            405,
                            "The method "
                                    + exchange.method()
                                    + " is not allowed for this resource.",
                            Map.of("Allow", String.join(", ", route.methods.keySet())));
                }
                exchange.variables(variables);
                endpoint.handle(exchange);
                return;
            }
        }
        throw HttpFailure.notFound("The resource could not be found.");
    }
}
