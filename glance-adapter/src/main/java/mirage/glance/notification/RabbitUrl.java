package mirage.glance.notification;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a RabbitMQ is, as oslo.messaging's {@code transport_url} says it:
 * {@code rabbit://USER:PASSWORD@HOST[:PORT][,USER:PASSWORD@HOST[:PORT]]…/VIRTUAL_HOST}. Names, passwords and the virtual
 * host are percent-encoded; without a virtual host it is {@code /}.
 *
 * @param nodes of one cluster, of which any will do; at least one
 */
record RabbitUrl(List<Node> nodes, String virtualHost) {
    private static final int DEFAULT_PORT = 5672;
    private static final int DEFAULT_TLS_PORT = 5671;
    private static final String SCHEME = "rabbit://";

    /** A node of the cluster. Its text is without the password. */
    record Node(String user, String password, String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    RabbitUrl {
        nodes = List.copyOf(nodes);
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException when it is none; without the address, which holds a password
     */
    static RabbitUrl parse(String text, boolean tls) {
        if (!text.startsWith(SCHEME)) {
            throw new IllegalArgumentException("rabbit://USER:PASSWORD@HOST:PORT/ expected");
        }
        String rest = text.substring(SCHEME.length());
        int query = rest.indexOf('?');
        rest = query < 0 ? rest : rest.substring(0, query);
        int slash = rest.indexOf('/');
        String hosts = slash < 0 ? rest : rest.substring(0, slash);
        String virtualHost = slash < 0 ? "" : decoded(rest.substring(slash + 1));
        List<Node> nodes = new ArrayList<>();
        Node before = null;
        for (String host : hosts.split(",", -1)) {
            before = node(host.strip(), before, tls);
            nodes.add(before);
        }
        return new RabbitUrl(nodes, virtualHost.isEmpty() ? "/" : virtualHost);
    }

    /** A node without a user has the one of the node before it. */
    private static Node node(String text, @Nullable Node before, boolean tls) {
        int at = text.lastIndexOf('@');
        String user = before == null ? "guest" : before.user();
        String password = before == null ? "guest" : before.password();
        if (at >= 0) {
            String login = text.substring(0, at);
            int colon = login.indexOf(':');
            user = decoded(colon < 0 ? login : login.substring(0, colon));
            password = colon < 0 ? "" : decoded(login.substring(colon + 1));
        }
        String address = text.substring(at + 1);
        int bracket = address.lastIndexOf(']');
        int colon = address.indexOf(':', Math.max(0, bracket));
        String host = colon < 0 ? address : address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        if (colon >= 0) {
            port = portIn(address.substring(colon + 1));
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a host expected");
        }
        return new Node(user, password, host, port);
    }

    private static int portIn(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException malformed) {
            // Told below, without the text: a password with a bad character may have got here.
        }
        throw new IllegalArgumentException("a port from 1 to 65535 expected");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
