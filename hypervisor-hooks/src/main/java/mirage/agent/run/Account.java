package mirage.agent.run;

import mirage.config.ConfigException;
import mirage.config.Configuration;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;

/** Who the agent is when it asks for something by itself. */
sealed interface Account {
    /** Whoever has this token. */
    record TokenFile(Path file) implements Account {}

    /** A user of Keystone. */
    record Login(
            URI keystone,
            String user,
            String userDomain,
            String password,
            String project,
            String projectDomain)
            implements Account {
        @Override
        public String toString() {
            return user + " at " + keystone;
        }
    }

    /** The one in the options, null when there is none. */
    static @Nullable Account from(Configuration configuration) throws ConfigException {
        Path token = configuration.get(AgentOptions.TOKEN_FILE).orElse(null);
        if (token != null) {
            return new TokenFile(token);
        }
        URI keystone = configuration.get(AgentOptions.AUTH_URL).orElse(null);
        if (keystone == null) {
            return null;
        }
        return new Login(
                keystone,
                configuration.get(AgentOptions.USERNAME),
                configuration.get(AgentOptions.USER_DOMAIN_NAME),
                configuration.require(AgentOptions.PASSWORD).reveal(),
                configuration.get(AgentOptions.PROJECT_NAME),
                configuration.get(AgentOptions.PROJECT_DOMAIN_NAME));
    }
}
