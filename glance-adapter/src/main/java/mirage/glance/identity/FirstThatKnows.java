package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/**
 * Identities one behind the other: the first that knows the user's token says who it is. One that cannot be asked fails
 * the question, unless one before it knew the answer.
 */
public final class FirstThatKnows implements Identity {
    private final List<Identity> identities;

    public FirstThatKnows(List<Identity> identities) {
        this.identities = List.copyOf(identities);
    }

    @Override
    public @Nullable Caller callerOf(Credentials credentials) throws IOException {
        for (Identity identity : identities) {
            Caller caller = identity.callerOf(credentials);
            if (caller != null) {
                return caller;
            }
        }
        return null;
    }

    @Override
    public List<String> challenges() {
        return identities.stream().flatMap(identity -> identity.challenges().stream()).toList();
    }
}
