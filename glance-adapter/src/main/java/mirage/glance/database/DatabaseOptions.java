package mirage.glance.database;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.config.Secret;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Options of the database. The name of the first is that of every OpenStack service. */
public final class DatabaseOptions {
    private static final String SECTION = "database";

    public static final ConfigOption<Optional<Secret>> CONNECTION =
            ConfigOption.optional(
                            SECTION,
                            "connection",
                            OptionType.secret(),
                            """
                            The database server that keeps the records, MariaDB or PostgreSQL, as OpenStack's services name
                            it. Its password makes the whole a secret. Left out: an embedded database in data_directory,
                            for one process.
                            """)
                    .example("mysql+pymysql://mirage:secret@db.example/mirage");

    public static final ConfigOption<Integer> MAX_POOL_SIZE =
            ConfigOption.of(
                    SECTION,
                    "max_pool_size",
                    OptionType.integer(2, 1000),
                    String.valueOf(Database.DEFAULT_CONNECTIONS),
                    "How many connections to the database are used at the most.");

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Database", CONNECTION, MAX_POOL_SIZE));

    private DatabaseOptions() {}

    /**
     * The database that is configured.
     *
     * @param embedded path of the embedded one, without its suffix
     * @throws ConfigException when the address is none
     */
    public static DatabaseAddress address(Configuration configuration, Path embedded)
            throws ConfigException {
        Secret connection = configuration.get(CONNECTION).orElse(null);
        if (connection == null) {
            return DatabaseAddress.embedded(embedded);
        }
        try {
            return DatabaseAddress.parse(connection.reveal());
        } catch (IllegalArgumentException wrong) {
            throw new ConfigException(
                    configuration.placeOf(CONNECTION) + ": " + wrong.getMessage());
        }
    }
}
