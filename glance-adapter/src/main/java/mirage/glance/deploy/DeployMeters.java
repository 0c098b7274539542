package mirage.glance.deploy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.deploy.Shelf;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures the deploy API.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>mirage_deploy_sent_bytes_total</td><td>by kind: delta, recipe, frames</td></tr>
 *   <tr><td>mirage_deploy_shelf_made_total</td><td>deltas and recipes that were made</td></tr>
 *   <tr><td>mirage_deploy_shelf_hits_total, mirage_deploy_shelf_misses_total</td><td>whether one was there when it was
 *       asked for</td></tr>
 *   <tr><td>mirage_deploy_shelf_bytes</td><td>what they take on disk</td></tr>
 * </table>
 */
public final class DeployMeters implements MeterBinder {
    private static final Logger LOG = LoggerFactory.getLogger(DeployMeters.class);

    private final Shelf shelf;
    private final Map<Kind, LongAdder> sent = new EnumMap<>(Kind.class);

    /** What is sent. */
    enum Kind {
        DELTA,
        RECIPE,
        FRAMES;

        String mediaType() {
            return "application/vnd.mirage." + label();
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DeployMeters(Shelf shelf) {
        this.shelf = shelf;
        for (Kind kind : Kind.values()) {
            sent.put(kind, new LongAdder());
        }
    }

    /** Counts what is written to a channel. */
    WritableByteChannel counting(Kind kind, WritableByteChannel next) {
        LongAdder count = sentOf(kind);
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                int written = next.write(bytes);
                count.add(written);
                return written;
            }

            @Override
            public boolean isOpen() {
                return next.isOpen();
            }

            @Override
            public void close() throws IOException {
                next.close();
            }
        };
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Kind kind : Kind.values()) {
            FunctionCounter.builder("mirage.deploy.sent.bytes", sentOf(kind), LongAdder::sum)
                    .description("Bytes that were sent to hosts")
                    .tag("kind", kind.label())
                    .register(registry);
        }
        FunctionCounter.builder("mirage.deploy.shelf.made", shelf, Shelf::made)
                .description("Deltas and recipes that were made")
                .register(registry);
        FunctionCounter.builder("mirage.deploy.shelf.hits", shelf, Shelf::hits)
                .description("Deltas and recipes that were there when they were asked for")
                .register(registry);
        FunctionCounter.builder("mirage.deploy.shelf.misses", shelf, Shelf::misses)
                .description("Deltas and recipes that were not there when they were asked for")
                .register(registry);
        Gauge.builder("mirage.deploy.shelf.bytes", this, DeployMeters::bytes)
                .description("What deltas and recipes take on disk")
                .strongReference(true)
                .register(registry);
    }

    private LongAdder sentOf(Kind kind) {
        LongAdder adder = sent.get(kind);
        if (adder == null) {
            throw new IllegalArgumentException("kind " + kind);
        }
        return adder;
    }

    private double bytes() {
        try {
            return shelf.bytes();
        } catch (IOException failure) {
            LOG.warn("the shelf cannot be measured: {}", failure.toString());
            return Double.NaN;
        }
    }
}
