package mirage.agent.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(60)
class VirtualNetworkTest {
    private static final Offset<Double> ROUNDING = within(1e-6);

    private final VirtualNetwork network = new VirtualNetwork(100, 50, 0);

    /** What one who takes part does. */
    private interface Part {
        void play() throws Exception;
    }

    /** When each of them had ended. */
    private List<Double> ends(Part... parts) throws Exception {
        network.enter(parts.length);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Double>> ends = new ArrayList<>();
            for (Part part : parts) {
                ends.add(
                        threads.submit(() -> {
                            try {
                                part.play();
                                return network.now();
                            } finally {
                                network.leave();
                            }
                        }));
            }
            List<Double> seconds = new ArrayList<>();
            for (Future<Double> end : ends) {
                seconds.add(end.get());
            }
            return seconds;
        }
    }

    @Test
    void oneIsBoundByItsOwnLink() throws Exception {
        assertThat(ends(() -> network.transfer(100)).getFirst()).isCloseTo(2, ROUNDING);
        assertThat(network.sent()).isEqualTo(100);
    }

    @Test
    void fourShareTheOriginsLink() throws Exception {
        Part part = () -> network.transfer(100);
        assertThat(ends(part, part, part, part))
                .allSatisfy(end -> assertThat(end).isCloseTo(4, ROUNDING));
        assertThat(network.sent()).isEqualTo(400);
    }

    @Test
    void whoComesLaterSharesFromThenOn() throws Exception {
        List<Double> ends =
                ends(
                        () -> network.transfer(100),
                        () -> network.transfer(200),
                        () -> {
                            network.pass(1);
                            network.transfer(50);
                        });
        // 1 s: 50 and 50 of the two. From there 33 a second each: the third and the first have
        // theirs after 1.5 s more.
        assertThat(ends.get(0)).isCloseTo(2.5, ROUNDING);
        assertThat(ends.get(2)).isCloseTo(2.5, ROUNDING);
        // The second has 100 by then, and 50 a second from then on.
        assertThat(ends.get(1)).isCloseTo(4.5, ROUNDING);
    }

    @Test
    void timePassesAsFastAsNobodyWorks() throws Exception {
        assertThat(
                        ends(
                                () -> {
                                    network.pass(3600);
                                    network.passUntil(1800);
                                    network.passUntil(7200);
                                },
                                () -> network.pass(1)))
                .satisfiesExactly(
                        end -> assertThat(end).isCloseTo(7200, ROUNDING),
                        end -> assertThat(end).isCloseTo(1, ROUNDING));
    }

    @Test
    void eachTransferHasItsLatency() throws Exception {
        VirtualNetwork far = new VirtualNetwork(100, 50, 0.25);
        far.enter(1);
        far.transfer(0);
        far.transfer(50);
        assertThat(far.now()).isCloseTo(1.5, ROUNDING);
    }
}
