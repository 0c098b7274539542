package mirage.library;

import mirage.catalog.ImageId;

/** Some bytes of an image: one of its views. */
public record ImageView(ImageId image, View view) {
    @Override
    public String toString() {
        return switch (view) {
            case CONTAINER -> "image " + image;
            case DISK -> "disk of image " + image;
        };
    }
}
