package mirage.glance.store;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageLocation;
import mirage.library.ImageContent;
import mirage.library.ImageLibrary;
import mirage.library.View;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Map;

/**
 * A store that is a library of this service. Its locations are {@code mirage://STORE/IMAGE}.
 *
 * @param library not owned
 */
public record LibraryStore(
        String id,
        String description,
        int weight,
        ImageLibrary library,
        Map<String, String> properties)
        implements ImageStore {
    private static final String SCHEME = "mirage://";

    public LibraryStore {
        properties = Map.copyOf(properties);
    }

    /** Where an image of this store is. */
    public ImageLocation locationOf(ImageId image) {
        return ImageLocation.at(id, SCHEME + id + "/" + image);
    }

    @Override
    public String type() {
        return "mirage";
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public boolean holds(ImageLocation location) {
        return location.url().startsWith(SCHEME + id + "/");
    }

    @Override
    public StoredBytes open(ImageLocation location) throws IOException {
        return bytesOf(library.open(imageAt(location), View.CONTAINER));
    }

    /**
     * Opens the disk that a guest sees, of an image that the library has taken apart.
     *
     * @throws mirage.bytes.FormatException when it could not be read
     */
    public StoredBytes openDisk(ImageId image) throws IOException {
        return bytesOf(library.open(image, View.DISK));
    }

    private static StoredBytes bytesOf(ImageContent content) {
        return new StoredBytes() {
            @Override
            public long length() {
                return content.length();
            }

            @Override
            public void transferTo(long offset, long length, WritableByteChannel channel)
                    throws IOException {
                content.transferTo(offset, length, channel);
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        };
    }

    @Override
    public void delete(ImageLocation location) throws IOException {
        library.delete(imageAt(location));
    }

    /** The library's image at one of this store's locations. */
    public ImageId imageAt(ImageLocation location) {
        if (!holds(location)) {
            throw new IllegalArgumentException(location.url() + " is not in store " + id);
        }
        return new ImageId(location.url().substring(SCHEME.length() + id.length() + 1));
    }
}
