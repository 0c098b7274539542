package mirage.agent.deploy;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

import java.util.Locale;
import java.util.Set;

/**
 * On whose account the service is asked. Shows itself to nobody by accident.
 *
 * @param headers that say so
 */
public record Caller(HttpFields headers) {
    private static final Set<String> OF_CALLER =
            Set.of("x-auth-token", "x-service-token", "authorization", "x-openstack-request-id");

    public Caller {
        headers = headers.asImmutable();
    }

    /** That of a token. */
    public static Caller withToken(String token) {
        return new Caller(HttpFields.build().put("X-Auth-Token", token));
    }

    /** The one whose request it is. */
    public static Caller of(HttpFields request) {
        HttpFields.Mutable headers = HttpFields.build();
        for (HttpField field : request) {
            if (OF_CALLER.contains(field.getName().toLowerCase(Locale.ROOT))) {
                headers.add(field);
            }
        }
        return new Caller(headers);
    }

    @Override
    public String toString() {
        return "a caller";
    }
}
