package mirage.glance.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks work in the background to end. Work looks at it between its steps and between blocks of bytes, so that it ends
 * where it can be taken up again.
 *
 * <p>Nothing is interrupted: an interrupt closes the {@code FileChannel} that its thread reads or writes at that moment,
 * and then the embedded database, or a pack, is closed for everybody. Safe for use by many threads.
 */
public final class Stop {
    private final CountDownLatch requested = new CountDownLatch(1);

    /** Asks all work to end. */
    public void request() {
        requested.countDown();
    }

    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits that long, or until work is to end; tells whether it is. */
    boolean await(Duration most) throws InterruptedException {
        return requested.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Lets work pass that may go on.
     *
     * @throws InterruptedIOException when it is to end
     */
    void check() throws InterruptedIOException {
        if (isRequested()) {
            throw new InterruptedIOException("the service stops");
        }
    }

    /** The same bytes, until work is to end: then reading fails as {@link #check} does. */
    InputStream over(InputStream bytes) {
        return new CheckedStream(bytes);
    }

    private final class CheckedStream extends FilterInputStream {
        private CheckedStream(InputStream bytes) {
            super(bytes);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            check();
            return super.read(target, offset, length);
        }

        @Override
        public int read() throws IOException {
            check();
            return super.read();
        }
    }
}
