package mirage.glance.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/** Addresses on the web that pass, and those that do not. No name is looked up here. */
final class WebFilterTest {
    /** A list of what is allowed counts alone, when there is one. */
    private static final WebFilter LISTS =
            new WebFilter(
                    Set.of(),
                    Set.of("HTTP"),
                    Set.of("Images.example", "127.0.0.1"),
                    Set.of("images.example"),
                    Set.of(),
                    Set.of(8443));

    private static final WebFilter NOT_SOME =
            new WebFilter(
                    Set.of("http"),
                    Set.of("http"),
                    Set.of(),
                    Set.of("evil.example"),
                    Set.of(80),
                    Set.of(80));

    private static void requireRefused(WebFilter filter, String address) {
        assertThatThrownBy(() -> filter.parse(address))
                .as(address)
                .isInstanceOf(WebRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://images.example/x",
                "https://images.example/x",
                "HTTPS://IMAGES.example:443/x",
                "http://images.example.:80/x",
                "http://198.51.100.7/x",
                "http://[2001:db8::1]/x"
            })
    void theWebPasses(String address) throws WebRefusedException {
        assertThat(WebFilter.defaults().parse(address).toString()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://images.example/x",
                "file:///etc/passwd",
                "images.example/x",
                "http:///x",
                "http://user:secret@images.example/x",
                "http://images.example:9292/x",
                "https://images.example:8443/x",
                "http://2130706433/x",
                "http://0x7f.1/x",
                "http://127.1/x",
                "http://0177.0.0.1/x",
                "http://127.1./x",
                "http://a b/x"
            })
    void whatIsNoAddressOfTheWebDoesNot(String address) {
        requireRefused(WebFilter.defaults(), address);
    }

    @Test
    void listsSayWhatPasses() throws WebRefusedException {
        LISTS.parse("https://images.example:9292/x");
        LISTS.parse("https://images.example.:9292/x");
        requireRefused(LISTS, "http://images.example:9292/x");
        requireRefused(LISTS, "https://images.example:8443/x");
        requireRefused(LISTS, "https://other.example/x");

        NOT_SOME.parse("http://images.example/x");
        requireRefused(NOT_SOME, "https://images.example:80/x");
        requireRefused(NOT_SOME, "http://images.example:81/x");
        requireRefused(NOT_SOME, "http://evil.example/x");
        requireRefused(NOT_SOME, "http://EVIL.example./x");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, loopback",
        "127.255.255.254, loopback",
        "169.254.169.254, metadata of instances",
        "0.0.0.0, this machine",
        "0.1.2.3, this network",
        "255.255.255.255, broadcast",
        "224.0.0.1, multicast",
        "::1, loopback",
        "::, this machine",
        "fe80::a9fe:a9fe, metadata of instances",
        "fd00:ec2::254, metadata of instances",
        "ff02::1, multicast",
        "::ffff:127.0.0.1, mapped",
        "::ffff:a9fe:a9fe, mapped",
        "::127.0.0.1, compatible",
        "::169.254.169.254, compatible",
        "64:ff9b::127.0.0.1, NAT64",
        "64:ff9b::a9fe:a9fe, NAT64"
    })
    void thisMachineAndItsLinkAreNotOnTheWeb(String address, String why) throws Exception {
        InetAddress near = InetAddress.getByName(address);
        InetAddress far = InetAddress.getByName("198.51.100.7");
        for (List<InetAddress> addresses : List.of(List.of(near), List.of(far, near))) {
            assertThatThrownBy(
                            () -> WebFilter.defaults().requireAllowed("images.example", addresses))
                    .as(why)
                    .isInstanceOf(WebRefusedException.class);
        }
        assertThat(LISTS.requireAllowed("IMAGES.example", List.of(near))).containsExactly(near);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "198.51.100.7",
                "10.0.0.1",
                "192.168.1.1",
                "2001:db8::1",
                "fd00::1",
                "::ffff:198.51.100.7",
                "64:ff9b::c633:6407"
            })
    void whatIsRoutedIs(String address) throws Exception {
        List<InetAddress> far = List.of(InetAddress.getByName(address));
        assertThat(WebFilter.defaults().requireAllowed("images.example", far)).isEqualTo(far);
    }
}
