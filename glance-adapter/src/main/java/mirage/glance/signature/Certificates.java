package mirage.glance.signature;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.cert.X509Certificate;

/** Knows the certificates of those who sign images. Safe for use by many threads. */
@FunctionalInterface
interface Certificates {
    /** Knows none. */
    Certificates NONE = id -> null;

    /**
     * The certificate of an id, null when there is none.
     *
     * @param id a UUID
     * @throws IOException when it cannot be had, or is none
     */
    @Nullable X509Certificate find(String id) throws IOException;
}
