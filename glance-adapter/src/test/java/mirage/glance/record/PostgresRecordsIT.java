package mirage.glance.record;

import mirage.glance.database.DatabaseServers;

/** All records in a real PostgreSQL. */
final class PostgresRecordsIT extends ServerRecordsContract {
    @Override
    DatabaseServers newServer() throws Exception {
        return DatabaseServers.postgreSql();
    }
}
