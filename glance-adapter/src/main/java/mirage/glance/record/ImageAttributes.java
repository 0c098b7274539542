package mirage.glance.record;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What users say of an image.
 *
 * @param name a label for people
 * @param diskFormat such as {@code qcow2}
 * @param containerFormat such as {@code bare}
 * @param owner id of a project; an image without owner belongs to the administrators
 * @param isProtected an image that may not be deleted
 * @param isHidden an image that lists leave out unless they are asked
 * @param minRam in MiB, what a guest needs
 * @param minDisk in GiB, what a guest needs
 * @param properties custom ones
 */
public record ImageAttributes(
        @Nullable String name,
        @Nullable String diskFormat,
        @Nullable String containerFormat,
        Visibility visibility,
        @Nullable String owner,
        boolean isProtected,
        boolean isHidden,
        int minRam,
        int minDisk,
        SortedMap<String, String> properties,
        SortedSet<String> tags) {

    public ImageAttributes {
        if (minRam < 0 || minDisk < 0) {
            throw new IllegalArgumentException("min_ram " + minRam + ", min_disk " + minDisk);
        }
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
        tags = Collections.unmodifiableSortedSet(new TreeSet<>(tags));
    }

    /** A draft that starts as these attributes. */
    public Draft draft() {
        Draft draft = new Draft();
        draft.name = name;
        draft.diskFormat = diskFormat;
        draft.containerFormat = containerFormat;
        draft.visibility = visibility;
        draft.owner = owner;
        draft.isProtected = isProtected;
        draft.isHidden = isHidden;
        draft.minRam = minRam;
        draft.minDisk = minDisk;
        draft.properties.putAll(properties);
        draft.tags.addAll(tags);
        return draft;
    }

    /** Attributes in the making. Starts with what an image has when nothing is said of it. Not safe for threads. */
    public static final class Draft {
        private @Nullable String name;
        private @Nullable String diskFormat;
        private @Nullable String containerFormat;
        private Visibility visibility = Visibility.SHARED;
        private @Nullable String owner;
        private boolean isProtected;
        private boolean isHidden;
        private int minRam;
        private int minDisk;
        private final SortedMap<String, String> properties = new TreeMap<>();
        private final SortedSet<String> tags = new TreeSet<>();

        public Draft name(@Nullable String newName) {
            name = newName;
            return this;
        }

        public Draft diskFormat(@Nullable String newFormat) {
            diskFormat = newFormat;
            return this;
        }

        public Draft containerFormat(@Nullable String newFormat) {
            containerFormat = newFormat;
            return this;
        }

        public Draft visibility(Visibility newVisibility) {
            visibility = newVisibility;
            return this;
        }

        public Draft owner(@Nullable String newOwner) {
            owner = newOwner;
            return this;
        }

        public Draft isProtected(boolean nowProtected) {
            isProtected = nowProtected;
            return this;
        }

        public Draft isHidden(boolean nowHidden) {
            isHidden = nowHidden;
            return this;
        }

        public Draft minRam(int newMinRam) {
            minRam = newMinRam;
            return this;
        }

        public Draft minDisk(int newMinDisk) {
            minDisk = newMinDisk;
            return this;
        }

        /** The custom properties, to be changed in place. */
        public SortedMap<String, String> properties() {
            return properties;
        }

        /** The tags, to be changed in place. */
        public SortedSet<String> tags() {
            return tags;
        }

        public ImageAttributes build() {
            return new ImageAttributes(
                    name,
                    diskFormat,
                    containerFormat,
                    visibility,
                    owner,
                    isProtected,
                    isHidden,
                    minRam,
                    minDisk,
                    properties,
                    tags);
        }
    }
}
