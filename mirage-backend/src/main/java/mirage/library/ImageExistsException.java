package mirage.library;

import mirage.catalog.ImageId;

import java.io.IOException;

/** The image is in the library already. */
public final class ImageExistsException extends IOException {
    private static final long serialVersionUID = 1;

    public ImageExistsException(ImageId image) {
        super("image " + image + " is in the library already");
    }
}
