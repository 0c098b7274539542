package mirage.glance.record;

import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.NumberField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;

import java.time.Instant;
import java.util.Set;

/** A condition on images. What an image does not have equals nothing. */
public sealed interface Filter {
    /** The value is one of these; of none of them when the set is empty. */
    record OneOf(TextField field, Set<String> values) implements Filter {
        public OneOf {
            values = Set.copyOf(values);
        }
    }

    /** The value is known and lies between the two, both included. */
    record Between(NumberField field, long least, long greatest) implements Filter {}

    record Is(FlagField field, boolean value) implements Filter {}

    /** The time is at or after {@code from} and before {@code until}, or just not so when {@code negated}. */
    record Within(TimeField field, Instant from, Instant until, boolean negated)
            implements Filter {}

    record Tagged(String tag) implements Filter {}

    /** A custom property has this value. */
    record Property(String name, String value) implements Filter {}
}
