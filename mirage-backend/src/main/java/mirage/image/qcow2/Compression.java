package mirage.image.qcow2;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import mirage.bytes.FormatException;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How compressed clusters are compressed (section "Additional fields", compression_type). The stored length of a
 * cluster is rounded up to sectors, so bytes of something else may follow the compressed ones: decoding ends when a
 * cluster is full.
 */
enum Compression {
    /** Raw deflate, without zlib's header. */
    DEFLATE {
        @Override
        byte[] decode(byte[] stored, int clusterBytes) throws FormatException {
            byte[] cluster = new byte[clusterBytes];
            Inflater inflater = new Inflater(true);
            try {
                inflater.setInput(stored);
                int done = 0;
                while (done < clusterBytes) {
                    int count = inflater.inflate(cluster, done, clusterBytes - done);
                    if (count == 0) {
                        throw tooShort(done, clusterBytes);
                    }
                    done += count;
                }
                return cluster;
            } catch (DataFormatException broken) {
                throw new FormatException("no deflate stream: " + broken.getMessage(), broken);
            } finally {
                inflater.end();
            }
        }
    },

    /** Frames of zstd. Each is decoded in one step into the cluster, so a frame's window costs no memory. */
    ZSTD {
        @Override
        byte[] decode(byte[] stored, int clusterBytes) throws FormatException {
            byte[] cluster = new byte[clusterBytes];
            try (ZstdDecompressCtx decoder = new ZstdDecompressCtx()) {
                int done = 0;
                for (int from = 0; done < clusterBytes; ) {
                    if (from == stored.length) {
                        throw tooShort(done, clusterBytes);
                    }
                    long frame = Zstd.findFrameCompressedSize(stored, from, stored.length - from);
                    if (Zstd.isError(frame)) {
                        throw new FormatException("no zstd frame: " + Zstd.getErrorName(frame));
                    }
                    done +=
                            decoder.decompressByteArray(
                                    cluster, done, clusterBytes - done, stored, from, (int) frame);
                    from += (int) frame;
                }
                return cluster;
            } catch (ZstdException broken) {
                throw new FormatException("no zstd frame: " + broken.getMessage(), broken);
            }
        }
    };

    /**
     * Decodes one cluster.
     *
     * @return exactly {@code clusterBytes} bytes
     * @throws FormatException when the stored bytes do not hold a whole cluster
     */
    abstract byte[] decode(byte[] stored, int clusterBytes) throws FormatException;

    private static FormatException tooShort(int done, int clusterBytes) {
        return new FormatException(
                "compressed data ends after " + done + " of " + clusterBytes + " bytes");
    }
}
