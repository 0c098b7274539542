package mirage.agent.run;

import mirage.config.Reference;

/** The page docs/operating/agent-configuration.md. */
final class AgentReference {
    private static final String INTRODUCTION =
            """
            # Configuration of the agent

            *This page is written by `mirage agent reference`; do not edit it.* What the agent is for, and how it is set
            up: [agent.md](agent.md).

            `mirage agent` and its commands read `/etc/mirage/agent.conf` when it is there; `--config-file`, which may be
            repeated, names other files instead. Where two set an option, the later wins. Without any file the defaults
            below hold. A name that there is not, or a value that is none, stops the start: the message names file and
            line. `mirage agent sample > agent.conf` writes a file with every option, explained and commented out.

            The file is written as those of other OpenStack services:

            ```ini
            # A comment; so is a line that begins with ";".
            [agent]
            facade = http://controller:9292
            state_budget = 50 GiB
            bandwidth = 100 MB
            [service]
            auth_url = http://controller:5000/v3
            password = file:/etc/mirage/agent-password
            ```

            Lists are divided by commas, with or without brackets around them. A secret may be written as
            `file:/path/of/a/file`, or as `credential:NAME`, a credential that the systemd unit loads
            (`LoadCredential=NAME:/path`); secrets are never shown. Outside of the unit there is no such credential:
            `mirage agent status` and `pull` can only be run with a file of settings that names none.

            """;

    private AgentReference() {}

    static String text() {
        return Reference.of(AgentOptions.SCHEMA, INTRODUCTION);
    }
}
