package mirage.image.wrapped;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;

import mirage.bytes.ByteSource;
import mirage.bytes.SourceStream;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.XZInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What an image can be compressed with as a whole, told by magic. */
public enum Wrapping {
    /** RFC 1952. */
    GZIP("gzip", "1f8b08"),

    /** "BZh", the size of blocks, and the beginning of a block or the end of an empty file. */
    BZIP2("bzip2", "425a68..314159265359", "425a68..177245385090"),

    /** The .xz file format, version 1.2, 2.1.1. */
    XZ("xz", "fd377a585a00"),

    /** RFC 8878, 3.1.1. */
    ZSTD("zstd", "28b52ffd");

    /** What {@code xz -9} needs to be decoded: a dictionary of 64 MiB, and a little. */
    private static final int XZ_MEMORY_KIB = 66 << 10;

    /** 128 MiB, outside of the heap: more than that the {@code zstd} command decodes only when it is told to. */
    private static final int ZSTD_WINDOW_LOG = 27;

    private final String label;
    private final List<String> magics;

    /**
     * @param magics in hexadecimal; two dots are any byte
     */
    Wrapping(String label, String... magics) {
        this.label = label;
        this.magics = List.of(magics);
    }

    /** The command's name: {@code gzip}. */
    public String label() {
        return label;
    }

    /** What bytes are compressed with, null when they have none of the magics. */
    public static @Nullable Wrapping of(ByteSource bytes) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(10);
        bytes.readAt(0, start);
        String found = HexFormat.of().formatHex(start.array(), 0, start.position());
        return Arrays.stream(values())
                .filter(wrapping ->
                        wrapping.magics.stream().anyMatch(magic -> begins(found, magic)))
                .findFirst()
                .orElse(null);
    }

    private static boolean begins(String found, String magic) {
        if (found.length() < magic.length()) {
            return false;
        }
        for (int at = 0; at < magic.length(); at++) {
            if (magic.charAt(at) != '.' && magic.charAt(at) != found.charAt(at)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Decodes from start to end: all members, streams or frames there are. How much comes out is for the reader to bound;
     * memory is bounded here. The stream throws an exception when the bytes are not what their magic claims, do not have
     * the checksums that are in them, end early, go on as something else, or need more memory than is given to them.
     *
     * @param stored hostile bytes; stay open
     * @return to be closed, since decoders have memory outside of the heap
     */
    public InputStream open(ByteSource stored) throws IOException {
        InputStream in = new SourceStream(stored);
        return switch (this) {
            case GZIP -> new GzipStream(in);
            case BZIP2 -> new FirmStream(() -> new BZip2CompressorInputStream(in, true));
            // The cache: a file of many tiny blocks would have a new dictionary made for each.
            case XZ -> new XZInputStream(in, XZ_MEMORY_KIB, true, new BasicArrayCache());
            case ZSTD -> new ZstdInputStreamNoFinalizer(in).setLongMax(ZSTD_WINDOW_LOG);
        };
    }
}
