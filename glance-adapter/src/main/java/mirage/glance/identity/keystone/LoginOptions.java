package mirage.glance.identity.keystone;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionType;
import mirage.config.Secret;
import mirage.glance.identity.keystone.ServiceUser.Login;
import mirage.glance.identity.keystone.ServiceUser.Reference;
import mirage.glance.identity.keystone.ServiceUser.Scope;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Options of a section by which this service logs in to Keystone: keystoneauth's, by the same names. */
final class LoginOptions {
    private static final String PASSWORD = "password";
    private static final String APPLICATION_CREDENTIAL = "v3applicationcredential";

    private final String section;
    private final ConfigOption<String> authType;
    private final ConfigOption<Optional<URI>> authUrl;
    private final ConfigOption<Optional<String>> username;
    private final ConfigOption<Optional<String>> userId;
    private final ConfigOption<Optional<String>> userDomainName;
    private final ConfigOption<Optional<String>> userDomainId;
    private final ConfigOption<Optional<Secret>> password;
    private final ConfigOption<Optional<String>> projectName;
    private final ConfigOption<Optional<String>> projectId;
    private final ConfigOption<Optional<String>> projectDomainName;
    private final ConfigOption<Optional<String>> projectDomainId;
    private final ConfigOption<Optional<String>> systemScope;
    private final ConfigOption<Optional<String>> credentialId;
    private final ConfigOption<Optional<Secret>> credentialSecret;

    LoginOptions(String section) {
        this.section = section;
        authType =
                ConfigOption.of(
                        section,
                        "auth_type",
                        OptionType.oneOf(PASSWORD, "v3password", APPLICATION_CREDENTIAL),
                        PASSWORD,
                        """
                        What the service logs in with: password (v3password is the same), or
                        v3applicationcredential, which wants application_credential_id and _secret.
                        """);
        authUrl =
                ConfigOption.optional(
                                section,
                                "auth_url",
                                OptionType.httpUri(),
                                "Where Keystone is, with or without /v3 at its end.")
                        .example("http://controller:5000");
        username = text("username", "User as which the service asks Keystone.", "glance");
        userId = text("user_id", "Id of that user, instead of its name and domain.", null);
        userDomainName = text("user_domain_name", "Domain of the user, by name.", "Default");
        userDomainId = text("user_domain_id", "Domain of the user, by id.", null);
        password = secret("password", "Password of the user.");
        projectName = text("project_name", "Project that the user logs in to.", "service");
        projectId = text("project_id", "Id of that project, instead of its name and domain.", null);
        projectDomainName =
                text("project_domain_name", "Domain of the project, by name.", "Default");
        projectDomainId = text("project_domain_id", "Domain of the project, by id.", null);
        systemScope =
                ConfigOption.optional(
                        section,
                        "system_scope",
                        OptionType.oneOf("all"),
                        "all: the user logs in to the system instead of a project.");
        credentialId = text("application_credential_id", "Id of the application credential.", null);
        credentialSecret =
                secret("application_credential_secret", "Secret of the application credential.");
    }

    private ConfigOption<Optional<String>> text(
            String name, String help, @Nullable String example) {
        ConfigOption<Optional<String>> option =
                ConfigOption.optional(section, name, OptionType.text(), help);
        return example == null ? option : option.example(example);
    }

    private ConfigOption<Optional<Secret>> secret(String name, String help) {
        return ConfigOption.optional(section, name, OptionType.secret(), help);
    }

    List<ConfigOption<?>> all() {
        return List.of(
                authType,
                authUrl,
                username,
                userId,
                userDomainName,
                userDomainId,
                password,
                projectName,
                projectId,
                projectDomainName,
                projectDomainId,
                systemScope,
                credentialId,
                credentialSecret);
    }

    /** The user that the options name. */
    ServiceUser user(Configuration configuration) throws ConfigException {
        URI url = configuration.require(authUrl);
        if (configuration.get(authType).equals(APPLICATION_CREDENTIAL)) {
            return new ServiceUser(
                    url,
                    new Login.ApplicationCredential(
                            configuration.require(credentialId),
                            configuration.require(credentialSecret).reveal()),
                    new Scope.Implied());
        }
        Login login =
                new Login.Password(
                        reference(configuration, userId, username, userDomainId, userDomainName),
                        configuration.require(password).reveal());
        Scope scope =
                configuration.get(systemScope).isPresent()
                        ? new Scope.OfSystem()
                        : new Scope.Project(
                                reference(
                                        configuration,
                                        projectId,
                                        projectName,
                                        projectDomainId,
                                        projectDomainName));
        return new ServiceUser(url, login, scope);
    }

    private static Reference reference(
            Configuration configuration,
            ConfigOption<Optional<String>> id,
            ConfigOption<Optional<String>> name,
            ConfigOption<Optional<String>> domainId,
            ConfigOption<Optional<String>> domainName)
            throws ConfigException {
        if (configuration.get(id).isPresent()) {
            return Reference.byId(configuration.require(id));
        }
        return new Reference(
                null,
                configuration.require(name),
                configuration.get(domainId).orElse(null),
                configuration.get(domainId).isPresent() ? null : configuration.require(domainName));
    }
}
