package mirage.glance.web;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which addresses may be read from, as Glance's section {@code [import_filtering_opts]} says it. Of each pair a list of
 * what is allowed counts alone when it is not empty; otherwise all is allowed but what the other list has.
 *
 * <p>Besides, a host that is not allowed by its name must not be this machine or a neighbour on its link: that is where
 * services without a password listen, such as those that hand out an instance's credentials.
 */
public record WebFilter(
        Set<String> allowedSchemes,
        Set<String> disallowedSchemes,
        Set<String> allowedHosts,
        Set<String> disallowedHosts,
        Set<Integer> allowedPorts,
        Set<Integer> disallowedPorts) {
    /** fd00:ec2::254. */
    private static final byte[] METADATA_IPV6 = {
        (byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54
    };

    private static final Set<String> KNOWN_SCHEMES = Set.of("http", "https");

    /** Digits that some resolvers take for an address: 2130706433, 0x7f.1, 127.1. */
    private static final Pattern NUMERIC =
            Pattern.compile("(0[xX][0-9a-fA-F]*|[0-9]+)(\\.(0[xX][0-9a-fA-F]*|[0-9]+))*\\.?");

    private static final Pattern DOTTED_QUAD =
            Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    public WebFilter {
        allowedSchemes = lowerCase(allowedSchemes);
        disallowedSchemes = lowerCase(disallowedSchemes);
        allowedHosts = lowerCase(allowedHosts);
        disallowedHosts = lowerCase(disallowedHosts);
        allowedPorts = Set.copyOf(allowedPorts);
        disallowedPorts = Set.copyOf(disallowedPorts);
    }

    /** As Glance has it: the web's two schemes at their two ports, any host. */
    public static WebFilter defaults() {
        return new WebFilter(
                Set.of("http", "https"), Set.of(), Set.of(), Set.of(), Set.of(80, 443), Set.of());
    }

    /**
     * Reads an address that a client gave.
     *
     * @throws WebRefusedException when it is none, or may not be read from
     */
    public URI parse(String address) throws WebRefusedException {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException malformed) {
            throw new WebRefusedException("Invalid URI: it is malformed.");
        }
        String scheme = lowerCase(uri.getScheme());
        String host = hostOf(uri);
        if (host.isEmpty() || uri.getRawUserInfo() != null) {
            throw new WebRefusedException(
                    "URI does not pass filtering: a host is missing, or credentials are in it.");
        }
        int port = portOf(uri);
        if (!KNOWN_SCHEMES.contains(scheme)
                || !passes(scheme, allowedSchemes, disallowedSchemes)
                || !passes(host, allowedHosts, disallowedHosts)
                || !passes(port, allowedPorts, disallowedPorts)) {
            throw new WebRefusedException(
                    "URI does not pass filtering: " + scheme + "://" + host + ":" + port);
        }
        if (NUMERIC.matcher(host).matches() && !DOTTED_QUAD.matcher(host).matches()) {
            throw new WebRefusedException(
                    "URI does not pass filtering: host " + host + " is a number.");
        }
        return uri;
    }

    /**
     * Lets those addresses of a host pass that may be connected to.
     *
     * @throws WebRefusedException when there is one among them that may not: a host has one owner, who would get at
     *     this machine by it
     */
    List<InetAddress> requireAllowed(String host, List<InetAddress> addresses)
            throws WebRefusedException {
        if (allowedHosts.contains(lowerCase(host))) {
            return addresses;
        }
        for (InetAddress address : addresses) {
            if (isNear(address)) {
                throw new WebRefusedException(
                        "URI does not pass filtering: host " + host + " is not on the web.");
            }
        }
        return addresses;
    }

    /** The host that an address names, without brackets and a final dot, in lower case; empty when it has none. */
    static String hostOf(URI uri) {
        String host = lowerCase(uri.getHost());
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    static int portOf(URI uri) {
        return uri.getPort() >= 0
                ? uri.getPort()
                : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /**
     * Addresses of this machine or its link, and that of the metadata of instances, which in IPv6 is one of a private
     * network; also as IPv6 writes those of IPv4 in its ways to carry them.
     */
    private static boolean isNear(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return bytes[0] == 0 || bytes[0] == (byte) 255;
        }
        return Arrays.equals(bytes, METADATA_IPV6) || carriesIpv4(bytes) && isNear(lastFour(bytes));
    }

    /** IPv4-compatible ::a.b.c.d, and NAT64's 64:ff9b::a.b.c.d. Java itself unwraps the mapped ::ffff:a.b.c.d. */
    private static boolean carriesIpv4(byte[] bytes) {
        boolean nat64 =
                bytes[0] == 0
                        && bytes[1] == 0x64
                        && bytes[2] == (byte) 0xff
                        && bytes[3] == (byte) 0x9b;
        for (int i = nat64 ? 4 : 0; i < 12; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress lastFour(byte[] bytes) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }

    private static <T> boolean passes(T value, Set<T> allowed, Set<T> disallowed) {
        return allowed.isEmpty() ? !disallowed.contains(value) : allowed.contains(value);
    }

    private static Set<String> lowerCase(Set<String> texts) {
        return Set.copyOf(texts.stream().map(WebFilter::lowerCase).toList());
    }

    private static String lowerCase(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
