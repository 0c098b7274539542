package mirage.glance.record;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;

import java.io.IOException;

/** All keepers of records, in memory or in one database, which is closed with them. */
record Keepers(
        ImageRecords images,
        ImageMembers members,
        Tasks tasks,
        Nodes nodes,
        Hosts hosts,
        AutoCloseable closing)
        implements AutoCloseable {
    static Keepers inMemory() {
        MemoryImageRecords images = new MemoryImageRecords();
        return new Keepers(
                images,
                images.members(),
                new MemoryTasks(),
                new MemoryNodes(),
                new MemoryHosts(),
                () -> {});
    }

    static Keepers in(DatabaseAddress address) throws IOException {
        Database database = Database.open(address);
        return new Keepers(
                new SqlImageRecords(database),
                new SqlImageMembers(database),
                new SqlTasks(database),
                new SqlNodes(database),
                new SqlHosts(database),
                database);
    }

    @Override
    public void close() throws Exception {
        closing.close();
    }
}
