package mirage.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import java.util.Map;

/**
 * Whose work a thread does: stands in every line that it logs. A request's thread gets it from the request; work that
 * goes on after the request, or on another thread, takes it along:
 *
 * <pre>
 *   LogContext context = LogContext.current();
 *   executor.execute(() -&gt; {
 *       try (LogContext.Scope _ = context.open()) {
 *           …
 *       }
 *   });
 * </pre>
 *
 * A job that survives a restart keeps the three texts with its other facts.
 *
 * @param requestId null when it is not known; so the others
 * @param user id of the user
 * @param project id of the project
 */
public record LogContext(
        @Nullable String requestId, @Nullable String user, @Nullable String project) {
    static final String REQUEST_ID = "request_id";
    static final String USER = "user";
    static final String PROJECT = "project";

    /** That of this thread. */
    public static LogContext current() {
        return new LogContext(MDC.get(REQUEST_ID), MDC.get(USER), MDC.get(PROJECT));
    }

    public LogContext withRequestId(String newRequestId) {
        return new LogContext(newRequestId, user, project);
    }

    public LogContext withCaller(String newUser, @Nullable String newProject) {
        return new LogContext(requestId, newUser, newProject);
    }

    /** Makes it this thread's, until the scope is closed by the same thread. */
    public Scope open() {
        Map<String, String> before = MDC.getCopyOfContextMap();
        put();
        return () -> MDC.setContextMap(before == null ? Map.of() : before);
    }

    /** Makes it this thread's for the rest of the scope that is open. */
    public void put() {
        put(REQUEST_ID, requestId);
        put(USER, user);
        put(PROJECT, project);
    }

    private static void put(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }

    /** While it is open, lines carry the context. */
    public interface Scope extends AutoCloseable {
        /** Gives the thread back what it had before. */
        @Override
        void close();
    }
}
