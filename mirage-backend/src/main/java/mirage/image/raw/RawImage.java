package mirage.image.raw;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.image.DiskImage;

import java.util.List;

/** An image whose disk is its container, either because it is raw or because nobody can read it as what it claims. */
public final class RawImage implements DiskImage {
    private static final String NAME = "raw";

    private final ByteSource container;
    private final String format;
    private final Recognition recognition;

    private RawImage(ByteSource container, String format, Recognition recognition) {
        this.container = container;
        this.format = format;
        this.recognition = recognition;
    }

    /** A raw image. */
    public static RawImage of(ByteSource container) {
        return new RawImage(container, NAME, Recognition.RAW);
    }

    /** An image that has the magic of a format and cannot be read as such. */
    public static RawImage opaque(ByteSource container, String claimedFormat) {
        return new RawImage(container, claimedFormat, Recognition.OPAQUE);
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public Recognition recognition() {
        return recognition;
    }

    @Override
    public long virtualSize() {
        return container.length();
    }

    @Override
    public ByteSource disk() {
        return container.slice(0, container.length());
    }

    @Override
    public ExtentMap plainMap() {
        return ExtentMap.identity(container.length());
    }

    @Override
    public List<EncodedCluster> encodedClusters() {
        return List.of();
    }

    @Override
    public List<External> externals() {
        return List.of();
    }
}
