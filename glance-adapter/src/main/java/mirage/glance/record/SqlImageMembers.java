package mirage.glance.record;

import mirage.catalog.ImageId;
import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Members of images in an SQL database. */
public final class SqlImageMembers implements ImageMembers {
    private static final String SELECT =
            "SELECT image_id, member, status, created_at, updated_at FROM image_members"
                    + " WHERE image_id = ?";

    private final Database database;

    public SqlImageMembers(Database database) {
        this.database = database;
    }

    @Override
    public List<ImageMember> of(ImageId image) {
        return database.read(handle ->
                handle.select(SELECT + " ORDER BY created_at, member", image.value())
                        .map(SqlImageMembers::member)
                        .list());
    }

    @Override
    public @Nullable ImageMember find(ImageId image, String project) {
        return database.read(handle -> find(handle, image, project));
    }

    @Override
    public void add(ImageMember member, int most) {
        database.change(handle -> {
            requireImage(handle, member.image());
            requireRoom(handle, member.image(), most);
            try {
                return handle.execute(
                        "INSERT INTO image_members (image_id, member, status, created_at,"
                                + " updated_at) VALUES (?, ?, ?, ?, ?)",
                        member.image().value(),
                        member.project(),
                        member.status().wireName(),
                        Microseconds.of(member.createdAt()),
                        Microseconds.of(member.updatedAt()));
            } catch (UnableToExecuteStatementException failure) {
                if (Database.isIntegrityViolation(failure)) {
                    throw new RecordExistsException(member.image());
                }
                throw failure;
            }
        });
    }

    @Override
    public ImageMember setStatus(
            ImageId image, String project, ImageMember.Status status, Instant now) {
        return database.change(handle -> {
            handle.execute(
                    "UPDATE image_members SET status = ?, updated_at = ? WHERE image_id = ? AND"
                            + " member = ?",
                    status.wireName(),
                    Microseconds.of(now),
                    image.value(),
                    project);
            ImageMember changed = find(handle, image, project);
            if (changed == null) {
                throw new RecordNotFoundException(image);
            }
            return changed;
        });
    }

    @Override
    public void remove(ImageId image, String project) {
        database.change(handle -> {
            int removed =
                    handle.execute(
                            "DELETE FROM image_members WHERE image_id = ? AND member = ?",
                            image.value(),
                            project);
            if (removed == 0) {
                throw new RecordNotFoundException(image);
            }
            return removed;
        });
    }

    /** Keeps the image from going while its member comes. */
    private static void requireImage(Handle handle, ImageId image) {
        boolean missing =
                handle.select("SELECT id FROM images WHERE id = ? FOR UPDATE", image.value())
                        .mapTo(String.class)
                        .list()
                        .isEmpty();
        if (missing) {
            throw new RecordNotFoundException(image);
        }
    }

    /** The image is locked, so that nobody else adds one meanwhile. */
    private static void requireRoom(Handle handle, ImageId image, int most) {
        int found =
                handle.select(
                                "SELECT COUNT(*) FROM image_members WHERE image_id = ?",
                                image.value())
                        .mapTo(Integer.class)
                        .one();
        if (found >= most) {
            throw new TooManyMembersException(image, found);
        }
    }

    private static @Nullable ImageMember find(Handle handle, ImageId image, String project) {
        return handle.select(SELECT + " AND member = ?", image.value(), project)
                .map(SqlImageMembers::member)
                .findFirst()
                .orElse(null);
    }

    private static ImageMember member(ResultSet row, StatementContext context) throws SQLException {
        return new ImageMember(
                new ImageId(row.getString("image_id")),
                row.getString("member"),
                ImageMember.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                Microseconds.toInstant(row.getLong("created_at")),
                Microseconds.toInstant(row.getLong("updated_at")));
    }
}
