package mirage.glance.deploy;

import mirage.catalog.ImageId;
import mirage.deploy.Deployment;
import mirage.glance.record.ImageRecord;
import mirage.library.ImageView;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * An image that a caller may have the bytes of.
 *
 * @param places the libraries that have it, the one to be read first first
 */
record Deployable(ImageRecord record, List<Place> places) {
    /** An image in a library. */
    record Place(String store, Deployment deployment, ImageId image) {
        ImageView view(View view) {
            return new ImageView(image, view);
        }
    }

    /** Where it lies in a store, null when it is not there. */
    @Nullable Place in(String store) {
        for (Place place : places) {
            if (place.store().equals(store)) {
                return place;
            }
        }
        return null;
    }
}
