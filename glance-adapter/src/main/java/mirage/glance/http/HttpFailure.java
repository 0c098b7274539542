package mirage.glance.http;

import java.util.Map;

/** A request that is not fulfilled, with the status and the words to answer it with. */
public final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    /**
     * @param status 400 to 599
     * @param message for the client
     */
    public HttpFailure(int status, String message) {
        this(status, message, Map.of());
    }

    public HttpFailure(int status, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    public static HttpFailure badRequest(String message) {
        return new HttpFailure(400, message);
    }

    public static HttpFailure forbidden(String message) {
        return new HttpFailure(403, message);
    }

    public static HttpFailure notFound(String message) {
        return new HttpFailure(404, message);
    }

    public static HttpFailure conflict(String message) {
        return new HttpFailure(409, message);
    }

    public static HttpFailure tooLarge(String message) {
        return new HttpFailure(413, message);
    }

    public int status() {
        return status;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    /** Headers of the answer. */
    public Map<String, String> headers() {
        return headers;
    }
}
