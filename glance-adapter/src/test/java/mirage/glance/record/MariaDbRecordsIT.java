package mirage.glance.record;

import mirage.glance.database.DatabaseServers;

/** All records in a real MariaDB. */
final class MariaDbRecordsIT extends ServerRecordsContract {
    @Override
    DatabaseServers newServer() throws Exception {
        return DatabaseServers.mariaDb();
    }
}
