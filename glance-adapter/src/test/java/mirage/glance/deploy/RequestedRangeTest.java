package mirage.glance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.http.HttpFailure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

final class RequestedRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-99, 0, 100",
        "bytes=0-, 0, 100",
        "bytes=99-, 99, 1",
        "bytes=10-1000, 10, 90",
        "bytes=10-99999999999999999999999999, 10, 90",
        "bytes=-1, 99, 1",
        "bytes=-100, 0, 100",
        "bytes=-1000, 0, 100",
        "bytes=-99999999999999999999999999, 0, 100",
        "Bytes= 5-6 , 5, 2",
        "bytes=00000000000000000000000005-6, 5, 2"
    })
    void partsAreGiven(String header, long offset, long length) {
        assertThat(RequestedRange.of(header, 100)).isEqualTo(new RequestedRange(offset, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=5-4",
                "bytes=1-2,4-5",
                "bytes=a-b",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=+1-2",
                "lines=1-2"
            })
    void whatIsNoRangeIsNotHeard(String header) {
        assertThat(RequestedRange.of(header, 100)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=100-",
                "bytes=100-200",
                "bytes=9223372036854775807-",
                "bytes=99999999999999999999-",
                "bytes=-0"
            })
    void whatIsBehindTheEndIsRefused(String header) {
        assertThatThrownBy(() -> RequestedRange.of(header, 100))
                .isInstanceOfSatisfying(
                        HttpFailure.class,
                        refused -> {
                            assertThat(refused.status()).isEqualTo(416);
                            assertThat(refused.headers())
                                    .isEqualTo(Map.of("Content-Range", "bytes */100"));
                        });
    }

    @Test
    void noHeaderIsAllOfIt() {
        assertThat(RequestedRange.of(null, 100)).isNull();
        assertThat(new RequestedRange(5, 2).contentRange(100)).isEqualTo("bytes 5-6/100");
    }
}
