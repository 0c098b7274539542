package mirage.glance.http;

import java.io.IOException;

/** Answers requests, or does a part of that and hands them on. Safe for use by many threads. */
@FunctionalInterface
public interface Endpoint {
    /**
     * Answers a request.
     *
     * @throws HttpFailure for an answer of status 400 and above
     * @throws IOException when the client is gone or the answer cannot be finished; when it has begun, its connection
     *     is cut
     */
    void handle(Exchange exchange) throws IOException;
}
