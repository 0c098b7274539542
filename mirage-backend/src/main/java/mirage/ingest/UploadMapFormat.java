package mirage.ingest;

import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.manifest.PlaceSketch;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What was seen of an upload, kept beside its spool, version 1 ({@code docs/format/spool.md}).
 * <pre>
 *   map = sealed blob "MSPM" of size:varint
 *                               (crc32c:u32)            for each 256 KiB, the last may be shorter
 *                               (data:u64)              for each 64 blocks of 4 KiB: bit n is 1 unless block n is zeros
 *                               samples:varint (block:varint as difference)*samples (crc32c:u32)*samples
 * </pre>
 */
final class UploadMapFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MSPM", 1, 0);
    private static final int COMPRESSION_LEVEL = 1;

    /** That of an image of 16 TiB. */
    private static final int MAX_BODY_BYTES = 1 << 30;

    private UploadMapFormat() {}

    static ByteBuffer encode(UploadMap map) {
        ByteWriter body = new ByteWriter().varint(map.size());
        for (int crc : map.crcs()) {
            body.u32(crc & 0xffff_ffffL);
        }
        for (long word : map.data()) {
            body.s64(word);
        }
        PlaceSketch sketch = map.sketch();
        body.varint(sketch.blocks().length);
        long last = 0;
        for (long block : sketch.blocks()) {
            body.varint(block - last);
            last = block;
        }
        for (int hash : sketch.hashes()) {
            body.u32(hash & 0xffff_ffffL);
        }
        return FRAMING.seal(body.toBuffer(), COMPRESSION_LEVEL);
    }

    /**
     * @param size of the upload
     * @throws IOException when it is damaged, or of an upload of another size
     */
    static UploadMap decode(String what, ByteBuffer bytes, long size) throws IOException {
        ByteReader in = new ByteReader(what, FRAMING.open(what, bytes, MAX_BODY_BYTES).body());
        long found = in.varint();
        if (found != size) {
            throw new CorruptBlobException(
                    what, 0, "an upload of " + size + " bytes expected, found one of " + found);
        }
        long stretches = UploadMap.stretches(size);
        long words = UploadMap.words(size);
        if (stretches * Integer.BYTES + words * Long.BYTES > in.remaining()) {
            throw in.corrupt("checksums of " + stretches + " stretches expected");
        }
        int[] crcs = new int[(int) stretches];
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = (int) in.u32();
        }
        long[] data = new long[(int) words];
        for (int i = 0; i < data.length; i++) {
            data[i] = in.s64();
        }
        PlaceSketch sketch = sketch(in, size);
        in.expectEnd();
        return new UploadMap(size, data, crcs, sketch);
    }

    private static PlaceSketch sketch(ByteReader in, long size) throws CorruptBlobException {
        int samples = in.boundedVarint(0, PlaceSketch.MAX_SAMPLES, "number of samples");
        long[] blocks = new long[samples];
        long last = 0;
        for (int i = 0; i < samples; i++) {
            long step = in.varint();
            if (step < 0 || step > size) {
                throw in.corrupt("a block of the upload expected");
            }
            last += step;
            blocks[i] = last;
        }
        int[] hashes = new int[samples];
        for (int i = 0; i < samples; i++) {
            hashes[i] = (int) in.u32();
        }
        return new PlaceSketch(blocks, hashes);
    }
}
