/**
 * Metrics for Prometheus, on a listener of their own. A component that has something to measure offers a {@link
 * io.micrometer.core.instrument.binder.MeterBinder}, and the service binds it; meters are named {@code mirage.*}, and
 * their tags take few values, none of which clients choose.
 *
 * <p>May use: {@code config}, {@code http}, {@code log}.
 */
@NullMarked
package mirage.glance.metrics;

import org.jspecify.annotations.NullMarked;
