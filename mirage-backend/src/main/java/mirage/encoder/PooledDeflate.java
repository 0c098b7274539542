package mirage.encoder;

import mirage.deflate.DeflateEncoder;
import mirage.deflate.DeflateParameters;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Deflate with its memory kept for the next content, for as many threads as there are processors. */
final class PooledDeflate implements Encoder {
    private final String name;
    private final DeflateParameters parameters;
    private final BlockingQueue<DeflateEncoder> idle =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

    PooledDeflate(String name, DeflateParameters parameters) {
        this.name = name;
        this.parameters = parameters;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte[] encode(ByteBuffer content) {
        if (content.remaining() > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException("content of " + content.remaining() + " bytes");
        }
        DeflateEncoder encoder = idle.poll();
        if (encoder == null) {
            encoder = new DeflateEncoder(parameters);
        }
        ByteBuffer encoded = encoder.encode(content);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        idle.offer(encoder);
        return bytes;
    }

    @Override
    public String toString() {
        return name;
    }
}
