package mirage.glance.transfer;

import mirage.glance.http.HttpFailure;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The bytes of an upload on their way to the library. Breaks off where they are refused or the client fails, and
 * remembers why, so that the store's own failures are told from these.
 */
final class UploadStream extends InputStream {
    private final InputStream body;
    private final long cap;
    private final @Nullable Long announced;
    private final ContentCheck.Inspection inspection;
    private long count;
    private @Nullable HttpFailure failure;

    /**
     * @param cap the most bytes that an image may have
     * @param announced how many bytes the client said it would send, null when it said nothing
     * @param inspection is shown all bytes
     */
    UploadStream(
            InputStream body,
            long cap,
            @Nullable Long announced,
            ContentCheck.Inspection inspection) {
        this.body = body;
        this.cap = cap;
        this.announced = announced;
        this.inspection = inspection;
    }

    /** How many bytes have come. */
    long count() {
        return count;
    }

    /** What the client is to be told when the upload failed by its doing, null otherwise. */
    @Nullable HttpFailure failure() {
        return failure;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        int read;
        try {
            read = body.read(target, offset, length);
        } catch (IOException | RuntimeException broken) {
            throw brokenOff(
                    HttpFailure.badRequest("The body of the request is malformed or ended early."),
                    broken);
        }
        if (read < 0) {
            requireAnnounced();
            return read;
        }
        count += read;
        if (count > cap) {
            throw brokenOff(
                    HttpFailure.tooLarge("The image has more than " + cap + " bytes."), null);
        }
        try {
            inspection.update(target, offset, read);
        } catch (HttpFailure refused) {
            throw brokenOff(refused, null);
        }
        return read;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    private void requireAnnounced() throws IOException {
        if (announced != null && announced != count) {
            throw brokenOff(
                    HttpFailure.badRequest(
                            "X-OpenStack-Image-Size is "
                                    + announced
                                    + ", the body has "
                                    + count
                                    + " bytes."),
                    null);
        }
    }

    private IOException brokenOff(HttpFailure why, @Nullable Exception cause) {
        failure = why;
        return new IOException("upload broken off after " + count + " bytes", cause);
    }
}
