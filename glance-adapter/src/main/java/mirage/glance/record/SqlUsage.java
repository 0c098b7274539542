package mirage.glance.record;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Counts what the images of a project take: two sums over the rows of its images, found by their owner. */
final class SqlUsage {
    private static final String STAGES =
            "(status IN ('uploading', 'importing') OR import_task <> '')";
    private static final String UPLOADS = "(status = 'saving' OR " + STAGES + ")";

    private static final String OF_IMAGES =
            "SELECT SUM(CASE WHEN size > 0 AND "
                    + STAGES
                    + " THEN size ELSE 0 END), COUNT(*), SUM(CASE WHEN "
                    + UPLOADS
                    + " THEN 1 ELSE 0 END) FROM images WHERE owner = ?";

    private static final String OF_PLACES =
            "SELECT SUM(i.size) FROM images i JOIN image_locations l ON l.image_id = i.id"
                    + " WHERE i.owner = ? AND i.size > 0";

    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private SqlUsage() {}

    static ProjectUsage of(Handle handle, String project) {
        long stored =
                handle.createQuery(OF_PLACES)
                        .bind(0, project)
                        .map((row, context) -> sum(row, 1))
                        .one();
        ProjectUsage counted =
                handle.createQuery(OF_IMAGES).bind(0, project).map(SqlUsage::counts).one();
        return new ProjectUsage(
                stored, counted.stagedBytes(), counted.images(), counted.uploading());
    }

    private static ProjectUsage counts(ResultSet row, StatementContext context)
            throws SQLException {
        return new ProjectUsage(0, sum(row, 1), row.getLong(2), sum(row, 3));
    }

    /** A sum of no rows is 0; one that no number holds becomes the greatest one. */
    private static long sum(ResultSet row, int column) throws SQLException {
        BigDecimal sum = row.getBigDecimal(column);
        return sum == null ? 0 : sum.min(MOST).longValue();
    }
}
