package mirage.rebuild;

import java.io.Closeable;

/**
 * Encoded bytes of one container that are at hand, so that they need not be made. For use by many threads; closed by who
 * opened it.
 */
public interface Original extends Closeable {
    /** Has nothing and keeps nothing. */
    Original NONE =
            new Original() {
                @Override
                public boolean read(long offset, byte[] target) {
                    return false;
                }

                @Override
                public void keep(long offset, byte[] encoded) {}

                @Override
                public void close() {}
            };

    /**
     * Fills an array with what is at hand of a place of the container. That may be anything: the caller knows its checksum.
     *
     * @return whether something is; it is not wrong that nothing is, nor that it cannot be read
     */
    boolean read(long offset, byte[] target);

    /**
     * Takes what was made.
     *
     * @param offset in the container
     * @param encoded left as it is by all
     */
    void keep(long offset, byte[] encoded);

    @Override
    void close();
}
