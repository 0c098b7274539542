package mirage.glance.record;

import mirage.catalog.ImageId;
import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Hosts in an SQL database. */
public final class SqlHosts implements Hosts {
    private final Database database;

    public SqlHosts(Database database) {
        this.database = database;
    }

    @Override
    public Answer tell(
            String host, Set<ImageId> holds, Set<ImageId> removed, Instant now, int atMost) {
        return database.change(handle -> {
            Instant before = see(handle, host, now);
            for (ImageId confirmed : confirmedBy(handle, host)) {
                if (holds.contains(confirmed)) {
                    handle.execute(
                            "DELETE FROM deploy_confirmations WHERE host = ? AND image_id = ?",
                            host,
                            confirmed.value());
                }
            }
            for (ImageId image : toRemove(handle, host, atMost)) {
                if (removed.contains(image) && !holds.contains(image)) {
                    handle.execute(
                            "INSERT INTO deploy_confirmations (host, image_id) VALUES (?, ?)",
                            host,
                            image.value());
                }
            }
            return new Answer(before, toRemove(handle, host, atMost));
        });
    }

    @Override
    public void revoke(ImageId image, Instant now) {
        try {
            database.change(handle ->
                    handle.execute(
                            "INSERT INTO deploy_revocations (image_id, revoked_at) VALUES (?, ?)",
                            image.value(),
                            Microseconds.of(now)));
        } catch (RuntimeException failure) {
            if (!Database.isIntegrityViolation(failure)) {
                throw failure;
            }
        }
    }

    @Override
    public boolean isRevoked(ImageId image) {
        return database.read(handle -> revokedAt(handle, image)) != null;
    }

    @Override
    public @Nullable Revocation revocation(ImageId image, Instant seenAfter) {
        return database.readAtOnce(handle -> {
            Instant revokedAt = revokedAt(handle, image);
            if (revokedAt == null) {
                return null;
            }
            TreeSet<String> confirmed =
                    new TreeSet<>(
                            handle.select(
                                            "SELECT host FROM deploy_confirmations WHERE image_id = ?",
                                            image.value())
                                    .mapTo(String.class)
                                    .list());
            TreeSet<String> outstanding =
                    new TreeSet<>(
                            handle.select(
                                            "SELECT name FROM deploy_hosts WHERE seen_at > ?",
                                            Microseconds.of(seenAfter))
                                    .mapTo(String.class)
                                    .list());
            outstanding.removeAll(confirmed);
            return new Revocation(revokedAt, List.copyOf(confirmed), List.copyOf(outstanding));
        });
    }

    @Override
    public void forget(Instant seenAfter) {
        database.change(handle ->
                handle.execute(
                        "DELETE FROM deploy_hosts WHERE seen_at <= ?", Microseconds.of(seenAfter)));
    }

    private static @Nullable Instant see(Handle handle, String host, Instant now) {
        Long before =
                handle.select("SELECT seen_at FROM deploy_hosts WHERE name = ?", host)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(null);
        long time = Microseconds.of(now);
        if (before == null) {
            handle.execute("INSERT INTO deploy_hosts (name, seen_at) VALUES (?, ?)", host, time);
        } else {
            handle.execute("UPDATE deploy_hosts SET seen_at = ? WHERE name = ?", time, host);
        }
        return before == null ? null : Microseconds.toInstant(before);
    }

    private static @Nullable Instant revokedAt(Handle handle, ImageId image) {
        return handle.select(
                        "SELECT revoked_at FROM deploy_revocations WHERE image_id = ?",
                        image.value())
                .mapTo(Long.class)
                .findOne()
                .map(Microseconds::toInstant)
                .orElse(null);
    }

    private static List<ImageId> confirmedBy(Handle handle, String host) {
        return handle.select("SELECT image_id FROM deploy_confirmations WHERE host = ?", host)
                .mapTo(String.class)
                .map(ImageId::new)
                .list();
    }

    private static List<ImageId> toRemove(Handle handle, String host, int atMost) {
        return handle.select(
                        "SELECT image_id FROM deploy_revocations r WHERE NOT EXISTS"
                                + " (SELECT 1 FROM deploy_confirmations c"
                                + " WHERE c.host = ? AND c.image_id = r.image_id)"
                                + " ORDER BY revoked_at, image_id LIMIT ?",
                        host,
                        atMost)
                .mapTo(String.class)
                .map(ImageId::new)
                .list();
    }
}
