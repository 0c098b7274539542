package mirage.image.vmdk;

import mirage.bytes.FormatException;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Compressed grains: deflate with zlib's header (RFC 1950). The last one of a disk may hold less than a grain. */
final class Grains {
    private Grains() {}

    /** See {@link mirage.image.block.MappedDisk.Decoder}. */
    static byte[] decode(byte[] stored, int grainBytes, int neededBytes) throws FormatException {
        byte[] grain = new byte[grainBytes];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored);
            int done = 0;
            while (done < grainBytes) {
                int count = inflater.inflate(grain, done, grainBytes - done);
                if (count == 0) {
                    break;
                }
                done += count;
            }
            if (done < neededBytes) {
                throw new FormatException(
                        "compressed data ends after " + done + " of " + neededBytes + " bytes");
            }
            return grain;
        } catch (DataFormatException broken) {
            throw new FormatException("no zlib stream: " + broken.getMessage(), broken);
        } finally {
            inflater.end();
        }
    }
}
