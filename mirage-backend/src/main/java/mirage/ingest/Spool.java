package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.manifest.UploadDigests;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** An upload that was received whole: one sparse file, its digests, and what was seen of it on the way. */
public final class Spool implements Closeable {
    private final SpoolName name;
    private final UploadDigests digests;
    private final UploadMap map;
    private final ByteSource bytes;

    Spool(SpoolName name, Path file, UploadDigests digests, UploadMap map) throws IOException {
        this.name = name;
        this.digests = digests;
        this.map = map;
        this.bytes = new SparseSource(FileSource.open(file), map);
    }

    public SpoolName name() {
        return name;
    }

    public ImageId image() {
        return name.image();
    }

    public long size() {
        return map.size();
    }

    public UploadDigests digests() {
        return digests;
    }

    /** The upload, as it is on disk: what is made of it is held against {@link #map}. Its holes are known without reading. */
    public ByteSource bytes() {
        return bytes;
    }

    UploadMap map() {
        return map;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
