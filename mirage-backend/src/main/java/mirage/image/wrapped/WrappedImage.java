package mirage.image.wrapped;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.NamedExtent;
import mirage.image.DiskImage;

import java.util.List;

/**
 * An image that is compressed as a whole. Its disk is that of the image in it; of its own bytes none is the disk's, or can be
 * decoded by itself.
 *
 * @param wrapping what it is compressed with
 * @param content the image in it, over what it was decoded to
 */
public record WrappedImage(Wrapping wrapping, DiskImage content) implements DiskImage {
    private static final ExtentMap NOWHERE = new ExtentMap.Builder().build();

    /** Both names, the outer one first: {@code gzip+raw}, {@code xz+qcow2}. */
    @Override
    public String format() {
        return wrapping.label() + "+" + content.format();
    }

    @Override
    public long virtualSize() {
        return content.virtualSize();
    }

    @Override
    public ByteSource disk() {
        return content.disk();
    }

    @Override
    public ExtentMap plainMap() {
        return NOWHERE;
    }

    @Override
    public List<EncodedCluster> encodedClusters() {
        return List.of();
    }

    @Override
    public List<External> externals() {
        return content.externals();
    }

    @Override
    public boolean complete() {
        return content.complete();
    }

    @Override
    public List<NamedExtent> parts() {
        return content.parts();
    }
}
