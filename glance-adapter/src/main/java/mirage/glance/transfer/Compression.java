package mirage.glance.transfer;

import mirage.glance.store.StoredBytes;

import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZIOException;
import org.tukaani.xz.XZInputStream;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** Files that hold one compressed image, told by their magic. */
enum Compression {
    GZIP("\u001f\u008b\u0008"),
    XZ("\u00fd7zXZ\0"),
    ZIP("PK\u0003\u0004");

    /** What {@code xz -9} needs, twice. */
    private static final int XZ_MEMORY_KIB = 128 << 10;

    private static final int WINDOW_BYTES = 64 << 10;

    /** Characters from U+0000 to U+00FF stand for bytes. */
    private final String magic;

    Compression(String magic) {
        this.magic = magic;
    }

    /** How bytes are compressed, null when they are not. */
    static @Nullable Compression of(StoredBytes bytes) throws IOException {
        for (Compression kind : values()) {
            byte[] magic = kind.magic.getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer start = ByteBuffer.allocate(magic.length);
            new StoredSource(bytes).readAt(0, start);
            if (start.flip().equals(ByteBuffer.wrap(magic))) {
                return kind;
            }
        }
        return null;
    }

    /**
     * What was compressed. Needs bounded memory; how much comes out is for the reader to bound.
     *
     * @throws IOException also from reading; {@link #isDamage} tells whether the compressed bytes are at fault
     */
    InputStream open(InputStream compressed) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPInputStream(compressed, WINDOW_BYTES);
            case XZ -> new XZInputStream(compressed, XZ_MEMORY_KIB);
            case ZIP -> OneMember.of(new ZipInputStream(compressed));
        };
    }

    /** Whether a failure of reading says that the compressed bytes are not as they should be. */
    static boolean isDamage(@Nullable Throwable failure) {
        return failure instanceof ZipException
                || failure instanceof EOFException
                || failure instanceof XZIOException;
    }

    /** The only file of an archive. */
    private static final class OneMember extends FilterInputStream {
        private final ZipInputStream archive;

        private OneMember(ZipInputStream archive) {
            super(archive);
            this.archive = archive;
        }

        static OneMember of(ZipInputStream archive) throws IOException {
            if (archive.getNextEntry() == null) {
                throw new ZipException("the archive holds no file");
            }
            return new OneMember(archive);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            if (read < 0 && archive.getNextEntry() != null) {
                throw new ZipException("the archive holds more than one file");
            }
            return read;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }
}
