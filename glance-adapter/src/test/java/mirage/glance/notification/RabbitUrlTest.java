package mirage.glance.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.notification.RabbitUrl.Node;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Addresses as oslo.messaging has them. */
final class RabbitUrlTest {
    @Test
    void readsAddresses() {
        assertThat(
                        RabbitUrl.parse(
                                "rabbit://u:p%40ss+w@one:1234,v:q@[::1]:5/vh%2Fost?ssl=0", false))
                .isEqualTo(
                        new RabbitUrl(
                                List.of(
                                        new Node("u", "p@ss+w", "one", 1234),
                                        new Node("v", "q", "::1", 5)),
                                "vh/ost"));
        assertThat(RabbitUrl.parse("rabbit://u:p@one,two", true))
                .isEqualTo(
                        new RabbitUrl(
                                List.of(
                                        new Node("u", "p", "one", 5671),
                                        new Node("u", "p", "two", 5671)),
                                "/"));
        assertThat(RabbitUrl.parse("rabbit://localhost/", false).nodes())
                .containsExactly(new Node("guest", "guest", "localhost", 5672));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "amqp://secret@h",
                "rabbit://",
                "rabbit://secret@/",
                "rabbit://u:secret@h:0",
                "rabbit://u:secret@h:x",
                "rabbit://u:secret/@h:1",
                "rabbit://u:secret%zz@h:1"
            })
    void refusesOthersWithoutTellingThePassword(String text) {
        assertThatThrownBy(() -> RabbitUrl.parse(text, false))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void theTextOfANodeHasNoPassword() {
        assertThat(RabbitUrl.parse("rabbit://u:secret@h:1/", false).toString())
                .doesNotContain("secret");
    }
}
