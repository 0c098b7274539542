package mirage.glance.deploy;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.schema.ImageSchema;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/** Views as requests name them. */
final class Views {
    private static final String CONTAINER_MARK = ":container";

    private Views() {}

    /** A base: the disk of an image, or what was uploaded. */
    record Base(String image, View view) {}

    /** The view that a request is of. */
    static View of(Exchange exchange) {
        @Nullable String view = exchange.query().last("view");
        if (view == null || view.equals(name(View.DISK))) {
            return View.DISK;
        }
        if (view.equals(name(View.CONTAINER))) {
            return View.CONTAINER;
        }
        throw HttpFailure.badRequest("The parameter view is disk or container.");
    }

    /** Reads {@code ID} or {@code ID:container}. */
    static Base base(String text) {
        boolean container = text.endsWith(CONTAINER_MARK);
        String image =
                container ? text.substring(0, text.length() - CONTAINER_MARK.length()) : text;
        if (!ImageSchema.isImageId(image)) {
            throw HttpFailure.badRequest(
                    "The parameter base is the id of an image, or one with :container behind it.");
        }
        return new Base(image, container ? View.CONTAINER : View.DISK);
    }

    static String name(View view) {
        return view.name().toLowerCase(Locale.ROOT);
    }
}
