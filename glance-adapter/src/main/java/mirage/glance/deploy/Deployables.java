package mirage.glance.deploy;

import mirage.deploy.Deployment;
import mirage.glance.api.Access;
import mirage.glance.api.Images;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.Hosts;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The images that a caller may have the bytes of: those that the Image API would give whole, unless they are revoked. */
final class Deployables {
    static final Map<String, String> LATER = Map.of("Retry-After", "5");

    private final Images images;
    private final Access access;
    private final Hosts hosts;
    private final ImageStores stores;
    private final Map<String, Deployment> deployments;

    /**
     * @param deployments by the stores' ids
     */
    Deployables(
            Images images,
            Access access,
            Hosts hosts,
            ImageStores stores,
            Map<String, Deployment> deployments) {
        this.images = images;
        this.access = access;
        this.hosts = hosts;
        this.stores = stores;
        this.deployments = Map.copyOf(deployments);
    }

    /**
     * The image that the route names.
     *
     * @throws HttpFailure 404 when it does not exist for the caller, 403 when he may not have its bytes, 409 when there
     *     are none here
     */
    Deployable target(Exchange exchange) {
        ImageRecord image = images.visible(exchange);
        Caller caller = exchange.caller();
        if (hosts.isRevoked(image.id())) {
            throw HttpFailure.forbidden(
                    "The requested image has been revoked. It is deployed to nobody.");
        }
        if (isWithheld(image, caller)) {
            throw HttpFailure.forbidden(
                    "The requested image has been deactivated. Image data download is forbidden.");
        }
        access.require(RuleNames.DOWNLOAD_IMAGE, caller, image);
        if (!image.status().hasData()) {
            throw withoutBytes(image);
        }
        List<Place> places = placesOf(image);
        if (places.isEmpty()) {
            throw HttpFailure.conflict("The image is in no store of this service.");
        }
        return new Deployable(image, places);
    }

    /** Another image that a request names, null when the caller may not have its bytes or there are none here. */
    @Nullable Deployable other(String id, Caller caller) {
        ImageRecord image = images.visible(id, caller);
        return image == null ? null : other(image, caller);
    }

    @Nullable Deployable other(ImageRecord image, Caller caller) {
        if (!image.status().hasData()
                || isWithheld(image, caller)
                || !access.sees(caller, image)
                || !access.permits(RuleNames.DOWNLOAD_IMAGE, caller, image)
                || hosts.isRevoked(image.id())) {
            return null;
        }
        List<Place> places = placesOf(image);
        return places.isEmpty() ? null : new Deployable(image, places);
    }

    /** Where the library that is read first has an image, whoever may have it; none when it is in no library. */
    List<Place> placesOf(ImageRecord image) {
        List<Place> places = new ArrayList<>();
        for (ImageLocation location : stores.inReadOrder(image, List.of())) {
            ImageStore store = stores.of(location);
            Deployment deployment = store == null ? null : deployments.get(store.id());
            if (deployment != null
                    && store instanceof LibraryStore library
                    && library.holds(location)) {
                places.add(new Place(store.id(), deployment, library.imageAt(location)));
            }
        }
        return places;
    }

    private boolean isWithheld(ImageRecord image, Caller caller) {
        return image.status() == ImageStatus.DEACTIVATED && !access.isAdmin(caller);
    }

    private static HttpFailure withoutBytes(ImageRecord image) {
        boolean isComing = image.status() != ImageStatus.QUEUED;
        return new HttpFailure(409, "The image has no bytes yet.", isComing ? LATER : Map.of());
    }
}
