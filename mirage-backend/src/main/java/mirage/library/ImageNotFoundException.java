package mirage.library;

import mirage.catalog.ImageId;

import java.io.IOException;

/** The image is not in the library. */
public final class ImageNotFoundException extends IOException {
    private static final long serialVersionUID = 1;

    public ImageNotFoundException(ImageId image) {
        super("image " + image + " is not in the library");
    }
}
