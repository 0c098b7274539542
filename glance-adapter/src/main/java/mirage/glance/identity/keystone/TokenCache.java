package mirage.glance.identity.keystone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;

import mirage.glance.identity.TokenDigest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Answers about tokens, kept for a while under the digests of the tokens. Requests with the same token that come while
 * it is asked for wait for that one answer. Failures are not kept. Safe for use by many threads.
 */
final class TokenCache {
    /** How long a token stays unknown: long enough to blunt a flood, short enough for a token that is new. */
    static final Duration UNKNOWN_TIME = Duration.ofSeconds(5);

    private static final int MAX_TOKENS = 20_000;
    private static final String METERED_AS = "keystone_tokens";

    private final Cache<Key, Optional<KnownToken>> answers;
    private final ConcurrentMap<Key, CompletableFuture<Optional<KnownToken>>> questions =
            new ConcurrentHashMap<>();
    private final Lookup lookup;

    TokenCache(Lookup lookup, Duration time, InstantSource clock) {
        this.lookup = lookup;
        this.answers =
                Caffeine.newBuilder()
                        // Its housekeeping is short; the pool that everybody shares may be busy.
                        .executor(Runnable::run)
                        .maximumSize(MAX_TOKENS)
                        .recordStats()
                        .ticker(() -> nanosOf(clock.instant()))
                        .expireAfter(
                                Expiry.<Key, Optional<KnownToken>>creating((key, answer) ->
                                        timeOf(key, answer, time, clock.instant())))
                        .build();
    }

    /** How often an answer was there already, as {@code cache_gets_total} and its like. */
    MeterBinder meters() {
        return registry -> CaffeineCacheMetrics.monitor(registry, answers, METERED_AS);
    }

    /**
     * What is known of a token.
     *
     * @param mayBeOver whether a token counts whose time is over
     * @return null when it is not known
     */
    @Nullable KnownToken find(String token, boolean mayBeOver) throws IOException {
        Key key = new Key(TokenDigest.of(token), mayBeOver);
        Optional<KnownToken> known = answers.getIfPresent(key);
        if (known != null) {
            return known.orElse(null);
        }
        CompletableFuture<Optional<KnownToken>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<KnownToken>> first = questions.putIfAbsent(key, mine);
        if (first == null) {
            return ask(token, key, mine).orElse(null);
        }
        try {
            return first.join().orElse(null);
        } catch (CompletionException failure) {
            throw new IOException(String.valueOf(failure.getCause()), failure.getCause());
        }
    }

    private Optional<KnownToken> ask(
            String token, Key key, CompletableFuture<Optional<KnownToken>> question)
            throws IOException {
        try {
            // Who asked before may have been answered since this one looked.
            Optional<KnownToken> answer = answers.getIfPresent(key);
            if (answer == null) {
                answer = Optional.ofNullable(lookup.find(token, key.mayBeOver()));
                answers.put(key, answer);
            }
            question.complete(answer);
            return answer;
        } catch (IOException | RuntimeException | Error failure) {
            question.completeExceptionally(failure);
            throw failure;
        } finally {
            questions.remove(key);
        }
    }

    /** Not beyond the end of the token, unless it counts beyond that itself. */
    private static Duration timeOf(
            Key key, Optional<KnownToken> answer, Duration time, Instant now) {
        if (answer.isEmpty()) {
            return shorter(time, UNKNOWN_TIME);
        }
        return key.mayBeOver()
                ? time
                : shorter(time, Duration.between(now, answer.get().expires()));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static long nanosOf(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    /** Asks who knows. */
    @FunctionalInterface
    interface Lookup {
        @Nullable KnownToken find(String token, boolean mayBeOver) throws IOException;
    }

    private record Key(String digest, boolean mayBeOver) {}
}
