package mirage.glance.cache;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Options of the image cache. Names and meaning are Glance's. */
public final class CacheOptions {
    public static final ConfigOption<Optional<Path>> IMAGE_CACHE_DIR =
            ConfigOption.optional(
                            "DEFAULT",
                            "image_cache_dir",
                            OptionType.path(),
                            """
                            Holds whole images for quicker reading, on a disk of this machine; its processes may share
                            it. Left out: there is no cache.
                            """)
                    .example("/var/cache/mirage/images");

    public static final ConfigOption<Long> IMAGE_CACHE_MAX_SIZE =
            ConfigOption.of(
                    "DEFAULT",
                    "image_cache_max_size",
                    OptionType.bytes(0, Long.MAX_VALUE),
                    "10 GiB",
                    "How much the cache takes; images that were not read for the longest time go first.");

    public static final ConfigOption<Duration> CACHE_PREFETCHER_INTERVAL =
            ConfigOption.of(
                    "DEFAULT",
                    "cache_prefetcher_interval",
                    OptionType.duration(Duration.ofMillis(1), Duration.ofDays(1)),
                    "1",
                    "How long images that are to be cached wait at the most, when no other is being fetched.");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Image cache",
                            IMAGE_CACHE_DIR,
                            IMAGE_CACHE_MAX_SIZE,
                            CACHE_PREFETCHER_INTERVAL));

    private CacheOptions() {}
}
