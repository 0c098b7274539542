package mirage.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;

@Timeout(60)
final class RequestsUnderWayTest {
    @Test
    void closingWaitsForTheLastOne() throws Exception {
        RequestsUnderWay requests = new RequestsUnderWay(Duration.ofMinutes(1));
        RequestsUnderWay.UnderWay one = requests.begin();
        RequestsUnderWay.UnderWay other = requests.begin();
        Thread closing = Thread.ofPlatform().daemon().start(requests::close);
        one.close();
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            assertThat(closing.isAlive()).isTrue();
            Thread.sleep(1);
        }
        other.close();
        closing.join();
    }

    @Test
    void whatStandsStillIsNotWaitedForWithoutEnd() {
        RequestsUnderWay requests = new RequestsUnderWay(Duration.ofMillis(1));
        try (RequestsUnderWay.UnderWay _ = requests.begin()) {
            requests.close();
        }
        requests.close();
    }
}
