package mirage.filesystem.decode;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import mirage.bytes.FormatException;

import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.SingleXZInputStream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The decoders there are, by the method of compression. */
public final class BlockDecoders {
    /**
     * What a decoder of xz may take besides its target; the dictionary is most of it. Writers of blocks of at most 1 MiB
     * have no use for more.
     */
    private static final int XZ_MEMORY_KIB = 8 << 10;

    /** LZ4 blocks without a frame around them. */
    public static final BlockDecoder LZ4 = Lz4Block::decode;

    /** LZO1X streams, as the kernel writes them. */
    public static final BlockDecoder LZO =
            (stored, target) -> Lzo1x.decode(stored, 0, stored.length, target, 0, target.length);

    /** Deflate with zlib's header and checksum: RFC 1950. */
    public static final BlockDecoder ZLIB = BlockDecoders::inflate;

    /** xz files with one stream. The dictionary that a few bytes ask for is used again, and not cleared each time. */
    public static final BlockDecoder XZ = BlockDecoders::decodeXz;

    /** Frames of zstd: RFC 8878. Decoded in one step into the target, so that a window costs no memory. */
    public static final BlockDecoder ZSTD = BlockDecoders::decodeZstd;

    private BlockDecoders() {}

    private static int inflate(byte[] stored, byte[] target) throws FormatException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored);
            int done = 0;
            while (!inflater.finished()) {
                int count = inflater.inflate(target, done, target.length - done);
                if (count == 0 && !inflater.finished()) {
                    // Without room the end of the stream can still be ahead: it takes none.
                    throw done == target.length
                            ? tooLong("zlib", target)
                            : new FormatException("zlib stream ends after " + done + " bytes");
                }
                done += count;
            }
            return done;
        } catch (DataFormatException broken) {
            throw new FormatException("no zlib stream: " + broken.getMessage(), broken);
        } finally {
            inflater.end();
        }
    }

    private static int decodeXz(byte[] stored, byte[] target) throws FormatException {
        try (InputStream in =
                new SingleXZInputStream(
                        new ByteArrayInputStream(stored),
                        XZ_MEMORY_KIB,
                        true,
                        BasicArrayCache.getInstance())) {
            int done = in.readNBytes(target, 0, target.length);
            if (done == target.length && in.read() >= 0) {
                throw tooLong("xz", target);
            }
            return done;
        } catch (FormatException tooLong) {
            throw tooLong;
        } catch (IOException broken) {
            throw new FormatException("no xz stream: " + broken.getMessage(), broken);
        }
    }

    private static int decodeZstd(byte[] stored, byte[] target) throws FormatException {
        try (ZstdDecompressCtx decoder = new ZstdDecompressCtx()) {
            return decoder.decompressByteArray(target, 0, target.length, stored, 0, stored.length);
        } catch (ZstdException broken) {
            throw new FormatException("no zstd frame: " + broken.getMessage(), broken);
        }
    }

    static FormatException tooLong(String method, byte[] target) {
        return new FormatException(
                method
                        + " block of at most "
                        + target.length
                        + " bytes expected, found a longer one");
    }
}
