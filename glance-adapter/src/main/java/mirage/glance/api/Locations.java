package mirage.glance.api;

import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.patch.LocationChange;
import mirage.glance.patch.LocationChange.Place;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.WebStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Changes of the places where an image's bytes are, by patches. Only places on the web can be named: naming one in a
 * store of this service would be reaching for somebody else's bytes.
 */
final class Locations {
    private static final Logger LOG = LoggerFactory.getLogger(Locations.class);
    private static final String ALGORITHM = "sha512";
    private static final Pattern MD5 = Pattern.compile("[0-9a-fA-F]{32}");
    private static final Pattern SHA512 = Pattern.compile("[0-9a-fA-F]{128}");

    private final ImageService service;
    private final ImageStores stores;

    Locations(ImageService service) {
        this.service = service;
        this.stores = service.stores();
    }

    /**
     * Makes ready to change an image: asks the places that are named for their sizes, which takes its time.
     *
     * @throws HttpFailure 403 when it may not be changed in this way, 400 for a place that cannot be read
     */
    Change prepare(List<LocationChange> changes, Access access, Caller caller, ImageRecord image) {
        if (changes.isEmpty()) {
            return new Change(List.of(), Map.of());
        }
        if (!service.settings().showsLocations()) {
            throw HttpFailure.forbidden(
                    "It's not allowed to change locations if locations are invisible.");
        }
        Map<String, Long> sizes = new HashMap<>();
        for (LocationChange change : changes) {
            switch (change) {
                case LocationChange.Add(var position, Place place) -> {
                    access.require(RuleNames.SET_IMAGE_LOCATION, caller, image);
                    sizes.put(place.url(), sizeOf(place.url()));
                }
                case LocationChange.Replace(List<Place> places) -> {
                    access.require(RuleNames.SET_IMAGE_LOCATION, caller, image);
                    if (image.locations().isEmpty()) {
                        places.forEach(place -> sizes.put(place.url(), sizeOf(place.url())));
                    }
                }
                case LocationChange.Remove remove ->
                        access.require(RuleNames.DELETE_IMAGE_LOCATION, caller, image);
            }
        }
        service.quotas().requireRoomForPlaces(image, sizes.values());
        return new Change(changes, sizes);
    }

    private long sizeOf(String url) {
        WebStore store = webStore(url);
        try {
            return store.sizeOf(url);
        } catch (IOException failure) {
            throw HttpFailure.badRequest("The location cannot be read: " + failure.getMessage());
        }
    }

    private WebStore webStore(String url) {
        ImageStore store = stores.of(ImageLocation.at("", url));
        if (store instanceof WebStore web) {
            return web;
        }
        throw HttpFailure.badRequest("Invalid location: no store reads images from " + url);
    }

    /** A change that can be made at once. */
    final class Change {
        private final List<LocationChange> changes;
        private final Map<String, Long> sizes;
        private final List<ImageLocation> removed = new ArrayList<>();

        private Change(List<LocationChange> changes, Map<String, Long> sizes) {
            this.changes = changes;
            this.sizes = sizes;
        }

        /** The image with the change made. May be asked several times. */
        ImageRecord applyTo(ImageRecord image) {
            removed.clear();
            ImageRecord changed = image;
            for (LocationChange change : changes) {
                changed =
                        switch (change) {
                            case LocationChange.Add(var position, Place place) ->
                                    added(changed, position, place);
                            case LocationChange.Replace(List<Place> places) ->
                                    replaced(changed, places);
                            case LocationChange.Remove(var position) -> removed(changed, position);
                        };
            }
            return changed;
        }

        /** Has stores forget the bytes of places that went. */
        void forgetRemoved(ImageRecord after) {
            for (ImageLocation location : removed) {
                ImageStore store = stores.of(location);
                if (store == null || after.locations().contains(location)) {
                    continue;
                }
                try {
                    store.delete(location);
                } catch (IOException failure) {
                    LOG.error("{} stays where it was", location.url(), failure);
                }
            }
        }

        private ImageRecord added(ImageRecord image, @Nullable Integer position, Place place) {
            requireStatus(image, "add");
            List<ImageLocation> locations = new ArrayList<>(image.locations());
            if (locations.stream().anyMatch(location -> location.url().equals(place.url()))) {
                throw HttpFailure.badRequest("The location " + place.url() + " already exists");
            }
            int at = position == null ? locations.size() : Math.min(position, locations.size());
            locations.add(at, locationOf(place));
            ApiLimits.requireAtMost(
                    service.settings().limits().locations(), locations.size(), "image locations");
            return with(image, locations, List.of(place));
        }

        /** Places that are there cannot be exchanged, but what is said of them can. */
        private ImageRecord replaced(ImageRecord image, List<Place> places) {
            requireStatus(image, "replace");
            ApiLimits.requireAtMost(
                    service.settings().limits().locations(), places.size(), "image locations");
            if (places.isEmpty()) {
                if (image.locations().isEmpty()) {
                    return image;
                }
                throw HttpFailure.forbidden("Cannot remove last location in the image.");
            }
            List<String> before = image.locations().stream().map(ImageLocation::url).toList();
            List<String> after = places.stream().map(Place::url).toList();
            if (!before.isEmpty() && !before.equals(after)) {
                throw HttpFailure.badRequest("Original locations is not empty: " + before);
            }
            return with(image, places.stream().map(this::locationOf).toList(), places);
        }

        private ImageRecord removed(ImageRecord image, @Nullable Integer position) {
            if (image.status() != ImageStatus.ACTIVE) {
                throw HttpFailure.conflict(
                        "It's not allowed to remove locations if image status is "
                                + image.status().wireName()
                                + ".");
            }
            List<ImageLocation> locations = new ArrayList<>(image.locations());
            if (locations.size() == 1) {
                throw HttpFailure.forbidden("Cannot remove last location in the image.");
            }
            int at = position == null ? locations.size() - 1 : position;
            if (at >= locations.size()) {
                throw HttpFailure.badRequest("Invalid position for removing a location.");
            }
            removed.add(locations.remove(at));
            return image.withLocations(locations, service.clock().instant());
        }

        private ImageRecord with(
                ImageRecord image, List<ImageLocation> locations, List<Place> places) {
            ImageData data = image.data();
            if (data == null) {
                if (Objects.isNull(image.attributes().diskFormat())
                        || Objects.isNull(image.attributes().containerFormat())) {
                    throw HttpFailure.badRequest(
                            "Properties disk_format, container_format must be set prior to saving"
                                    + " data.");
                }
                Long size = sizes.get(places.getFirst().url());
                if (size == null) {
                    // The image lost its places since they were asked.
                    throw HttpFailure.conflict("The image has changed meanwhile.");
                }
                return image.active(
                        validated(ImageData.undigested(size), places, true),
                        locations,
                        service.clock().instant());
            }
            validated(data, places, false);
            return image.withLocations(locations, service.clock().instant());
        }

        private ImageLocation locationOf(Place place) {
            SortedMap<String, String> metadata = new TreeMap<>(place.metadata());
            metadata.remove("store");
            ImageStore store = stores.of(ImageLocation.at("", place.url()));
            return new ImageLocation(store == null ? "" : store.id(), place.url(), metadata);
        }
    }

    private static void requireStatus(ImageRecord image, String what) {
        if (image.status() != ImageStatus.ACTIVE && image.status() != ImageStatus.QUEUED) {
            throw HttpFailure.conflict(
                    "It's not allowed to "
                            + what
                            + " locations if image status is "
                            + image.status().wireName()
                            + ".");
        }
    }

    /** What is known of the bytes, with what clients say of them; 409 where that does not agree. */
    private static ImageData validated(ImageData data, List<Place> places, boolean isNew) {
        ImageData result = data;
        for (Place place : places) {
            Map<String, String> said = place.validation();
            if (said.isEmpty()) {
                continue;
            }
            ImageData.Hash hash = result.hash();
            boolean agrees =
                    agrees(said.get("checksum"), result.md5())
                            && agrees(
                                    said.get("os_hash_algo"),
                                    hash == null ? null : hash.algorithm())
                            && agrees(
                                    said.get("os_hash_value"), hash == null ? null : hash.value());
            if (agrees) {
                continue;
            }
            if (!isNew || result.md5() != null || hash != null) {
                throw HttpFailure.conflict(
                        "The validation data is already set with a different value");
            }
            result = said(result, said);
        }
        return result;
    }

    private static boolean agrees(@Nullable String said, @Nullable String known) {
        return said == null || said.equals(known);
    }

    private static ImageData said(ImageData data, Map<String, String> said) {
        String md5 = said.get("checksum");
        String algorithm = said.get("os_hash_algo");
        String value = said.get("os_hash_value");
        if (md5 != null && !MD5.matcher(md5).matches()) {
            throw HttpFailure.conflict("checksum (" + md5 + ") is not an MD5 in hexadecimal");
        }
        if (!ALGORITHM.equals(algorithm)) {
            throw HttpFailure.conflict("os_hash_algo must be " + ALGORITHM + ", not " + algorithm);
        }
        if (value == null || !SHA512.matcher(value).matches()) {
            throw HttpFailure.conflict(
                    "os_hash_value (" + value + ") is not a SHA-512 in hexadecimal");
        }
        return new ImageData(data.size(), null, true, md5, new ImageData.Hash(ALGORITHM, value));
    }
}
