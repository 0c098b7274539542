package mirage.filesystem.btrfs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** How extents are compressed. "Extent data item", {@code compression}; "Compression". */
enum BtrfsCompression {
    /** A stream with zlib's header. */
    ZLIB {
        @Override
        void decode(byte[] stored, byte[] decoded, int sectorSize) throws FormatException {
            Inflater inflater = new Inflater();
            try {
                inflater.setInput(stored);
                int done = 0;
                while (done < decoded.length && !inflater.finished()) {
                    int count = inflater.inflate(decoded, done, decoded.length - done);
                    if (count == 0 && !inflater.finished()) {
                        throw new FormatException("zlib stream ends after " + done + " bytes");
                    }
                    done += count;
                }
            } catch (DataFormatException e) {
                throw new FormatException("no zlib stream: " + e.getMessage(), e);
            } finally {
                inflater.end();
            }
        }
    },

    /** LZO1X, sector by sector: {@link LzoSegments}. */
    LZO {
        @Override
        void decode(byte[] stored, byte[] decoded, int sectorSize) throws FormatException {
            LzoSegments.decode(stored, decoded, sectorSize);
        }
    },

    /** One frame, and zeros behind it. Decoded in one step, so that its window costs no memory. */
    ZSTD {
        @Override
        void decode(byte[] stored, byte[] decoded, int sectorSize) throws FormatException {
            try (ZstdDecompressCtx decoder = new ZstdDecompressCtx()) {
                long frame = Zstd.findFrameCompressedSize(stored, 0, stored.length);
                decoder.decompressByteArray(decoded, 0, decoded.length, stored, 0, (int) frame);
            } catch (ZstdException e) {
                throw new FormatException("no zstd frame: " + e.getMessage(), e);
            }
        }
    };

    /**
     * Decodes from the begin of what is stored until all of {@code decoded} is filled, or the stored data say that they
     * end.
     */
    abstract void decode(byte[] stored, byte[] decoded, int sectorSize) throws FormatException;

    /** Of an extent; null when it is not compressed. */
    static @Nullable BtrfsCompression of(StructReader extent, int at) throws FormatException {
        return switch (extent.u8(at)) {
            case 0 -> null;
            case 1 -> ZLIB;
            case 2 -> LZO;
            case 3 -> ZSTD;
            default ->
                    throw extent.refuse(
                            "compression", at, "up to 3", Integer.toString(extent.u8(at)));
        };
    }

    /**
     * All that an extent decodes to. What its data leave open is zeros: they end with the file, and it with a sector.
     *
     * @throws FormatException when they do not follow their format
     */
    byte[] decode(byte[] stored, int length, int sectorSize) throws FormatException {
        byte[] decoded = new byte[length];
        decode(stored, decoded, sectorSize);
        return decoded;
    }
}
