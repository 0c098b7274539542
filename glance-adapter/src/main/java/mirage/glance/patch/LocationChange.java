package mirage.glance.patch;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;

/** A change of the places where an image's bytes are. */
public sealed interface LocationChange {
    /**
     * A new place.
     *
     * @param position where in the list it is put, null for the end
     */
    record Add(@Nullable Integer position, Place place) implements LocationChange {}

    /**
     * A place goes.
     *
     * @param position where in the list it is, null for the end
     */
    record Remove(@Nullable Integer position) implements LocationChange {}

    /** These are all places. */
    record Replace(List<Place> places) implements LocationChange {}

    /**
     * A place as a client names it.
     *
     * @param validation what the client says of the bytes there, such as {@code checksum}; empty when it says nothing
     */
    record Place(
            String url, SortedMap<String, String> metadata, SortedMap<String, String> validation) {}
}
