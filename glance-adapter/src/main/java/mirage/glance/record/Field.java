package mirage.glance.record;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Fields of a record that lists filter and sort by. Each has the name of its column, which is its wire name too. */
public sealed interface Field {
    /** Name of the column and on the wire. */
    String column();

    enum TextField implements Field {
        ID("id", image -> image.id().value()),
        NAME("name", image -> image.attributes().name()),
        STATUS("status", image -> image.status().wireName()),
        DISK_FORMAT("disk_format", image -> image.attributes().diskFormat()),
        CONTAINER_FORMAT("container_format", image -> image.attributes().containerFormat()),
        OWNER("owner", image -> image.attributes().owner()),
        CHECKSUM("checksum", image -> image.data() == null ? null : image.data().md5()),
        OS_HASH_ALGO("os_hash_algo", TextField::hashAlgorithm),
        OS_HASH_VALUE("os_hash_value", TextField::hashValue);

        private final String column;
        private final Function<ImageRecord, @Nullable String> value;

        TextField(String column, Function<ImageRecord, @Nullable String> value) {
            this.column = column;
            this.value = value;
        }

        @Override
        public String column() {
            return column;
        }

        /** Null when the image does not have it. */
        @Nullable String of(ImageRecord image) {
            return value.apply(image);
        }

        private static @Nullable String hashAlgorithm(ImageRecord image) {
            ImageData.Hash hash = image.data() == null ? null : image.data().hash();
            return hash == null ? null : hash.algorithm();
        }

        private static @Nullable String hashValue(ImageRecord image) {
            ImageData.Hash hash = image.data() == null ? null : image.data().hash();
            return hash == null ? null : hash.value();
        }
    }

    enum NumberField implements Field {
        SIZE("size", image -> image.data() == null ? UNKNOWN : image.data().size()),
        VIRTUAL_SIZE("virtual_size", NumberField::virtualSize),
        MIN_RAM("min_ram", image -> image.attributes().minRam()),
        MIN_DISK("min_disk", image -> image.attributes().minDisk());

        private final String column;
        private final ToLongFunction<ImageRecord> value;

        NumberField(String column, ToLongFunction<ImageRecord> value) {
            this.column = column;
            this.value = value;
        }

        @Override
        public String column() {
            return column;
        }

        /** {@link #UNKNOWN} when the image does not have it. */
        long of(ImageRecord image) {
            return value.applyAsLong(image);
        }

        private static long virtualSize(ImageRecord image) {
            ImageData data = image.data();
            return data == null || data.virtualSize() == null ? UNKNOWN : data.virtualSize();
        }
    }

    enum FlagField implements Field {
        PROTECTED("protected", image -> image.attributes().isProtected()),
        OS_HIDDEN("os_hidden", image -> image.attributes().isHidden());

        private final String column;
        private final Predicate<ImageRecord> value;

        FlagField(String column, Predicate<ImageRecord> value) {
            this.column = column;
            this.value = value;
        }

        @Override
        public String column() {
            return column;
        }

        boolean of(ImageRecord image) {
            return value.test(image);
        }
    }

    enum TimeField implements Field {
        CREATED_AT("created_at", ImageRecord::createdAt),
        UPDATED_AT("updated_at", ImageRecord::updatedAt);

        private final String column;
        private final Function<ImageRecord, Instant> value;

        TimeField(String column, Function<ImageRecord, Instant> value) {
            this.column = column;
            this.value = value;
        }

        @Override
        public String column() {
            return column;
        }

        Instant of(ImageRecord image) {
            return value.apply(image);
        }
    }

    /** Stands for a number that an image does not have, in columns and in the order: before every known one. */
    long UNKNOWN = -1;

    /**
     * What an image is sorted by: a text or a {@link Long}. An absent text sorts as the empty one, an absent number as
     * {@link #UNKNOWN}, a time as its microseconds.
     */
    default Comparable<?> sortValue(ImageRecord image) {
        return switch (this) {
            case TextField text -> {
                String value = text.of(image);
                yield value == null ? "" : value;
            }
            case NumberField number -> number.of(image);
            case TimeField time -> Microseconds.of(time.of(image));
            case FlagField flag -> flag.of(image) ? 1L : 0L;
        };
    }
}
