package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;

/** Names and defaults are what operators rely on. */
final class ServeSettingsTest {
    @Test
    void defaults() {
        assertThat(ServeSettings.defaults(Path.of("data")))
                .hasToString(
                        "ServeSettings[dataDirectory=data, listen=/127.0.0.1:9292,"
                                + " publicEndpoint=null, api=ApiSettings[advertised=[v2.9, v2.7,"
                                + " v2.6, v2.5, v2.4, v2.3, v2.2, v2.1, v2.0],"
                                + " limits=ApiLimits[imageSizeCap=1099511627776, properties=128,"
                                + " tags=128, members=128, locations=10,"
                                + " pages=PageLimits[byDefault=25, most=1000]],"
                                + " importMethods=[GLANCE_DIRECT, WEB_DOWNLOAD],"
                                + " showsLocations=false, showsDirectUrl=false],"
                                + " idleTimeout=PT5M, stopTimeout=PT30S]");
    }

    @Test
    void addresses() {
        ServeCommand.Address address = new ServeCommand.Address();
        assertThat(address.convert("127.0.0.1:9292").getPort()).isEqualTo(9292);
        assertThat(address.convert("[::1]:0").getHostString()).isEqualTo("::1");
        for (String wrong : new String[] {"", ":1", "host", "host:", "host:x", "host:70000"}) {
            assertThatThrownBy(() -> address.convert(wrong))
                    .as(wrong)
                    .isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void endpoints() {
        ServeCommand.Endpoint endpoint = new ServeCommand.Endpoint();
        assertThat(endpoint.convert("https://cloud/image/")).isEqualTo("https://cloud/image");
        for (String wrong : new String[] {"", "cloud", "ftp://cloud", "http:", "://"}) {
            assertThatThrownBy(() -> endpoint.convert(wrong))
                    .as(wrong)
                    .isInstanceOf(TypeConversionException.class);
        }
    }
}
