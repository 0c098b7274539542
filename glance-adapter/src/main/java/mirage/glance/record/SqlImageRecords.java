package mirage.glance.record;

import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.catalog.ImageId;
import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Image records in an SQL database. Every change is one transaction, forced to the disk before the method returns.
 *
 * <p>A record is in several tables, so whoever reads does so at one moment: never half of a change.
 *
 * <p>A list reads by index what one page needs and no more: one query per visibility that the caller may see, each
 * beginning right behind the page before, merged here. So a page costs the same wherever it lies.
 *
 * <p>What was read is kept. The next reading asks for revisions alone, in one statement and outside of a transaction,
 * and reads only if one is not known.
 */
public final class SqlImageRecords implements ImageRecords {
    /** Room for some 30,000 ordinary records. */
    private static final long KNOWN_BYTES = 64 << 20;

    private final Database database;
    private final KnownRecords known = new KnownRecords(KNOWN_BYTES);

    public SqlImageRecords(Database database) {
        this.database = database;
    }

    /** What is measured of the database: its pool of connections. */
    public MeterBinder meters() {
        return database.meters();
    }

    @Override
    public void add(ImageRecord record) {
        database.change(handle -> {
            insert(handle, record);
            // The id was free of a record; a removal that ended before that is visible now.
            if (isRemoved(handle, record.id())) {
                throw new RecordExistsException(record.id());
            }
            return record;
        });
    }

    @Override
    public @Nullable ImageRecord find(ImageId id) {
        if (known.has(id)) {
            Optional<Long> revision = database.read(handle -> revisionOf(handle, id));
            if (revision.isEmpty()) {
                return null;
            }
            ImageRecord record = known.find(id.value(), revision.get());
            if (record != null) {
                return record;
            }
        }
        return database.readAtOnce(handle -> read(handle, id, ""));
    }

    @Override
    public ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change) {
        return database.change(handle -> {
            ImageRecord before = readLocked(handle, id);
            ImageRecord after = change.apply(before);
            if (!after.equals(before)) {
                write(handle, before, after);
            }
            return after;
        });
    }

    @Override
    public void remove(ImageId id, Consumer<ImageRecord> check) {
        database.change(handle -> {
            ImageRecord record = readLocked(handle, id);
            check.accept(record);
            handle.execute("INSERT INTO removed_images (id) VALUES (?)", id.value());
            handle.execute("DELETE FROM images WHERE id = ?", id.value());
            return record;
        });
    }

    @Override
    public boolean wasRemoved(ImageId id) {
        return database.read(handle -> isRemoved(handle, id));
    }

    @Override
    public ProjectUsage usageOf(String project) {
        return database.read(handle -> SqlUsage.of(handle, project));
    }

    @Override
    public List<ImageRecord> list(ImageQuery query) {
        Comparator<ImageRecord> order = query.order(database.product().textOrder());
        List<ImageRecord> candidates = database.read(handle -> knownOf(handle, query));
        if (candidates != null) {
            return candidates.stream().sorted(order).limit(query.limit()).toList();
        }
        return database.readAtOnce(handle -> {
            List<ImageRow> rows = new ArrayList<>();
            for (SqlSelect select : selects(handle, query)) {
                rows.addAll(select.run(handle));
            }
            List<ImageRow> page =
                    rows.stream()
                            .sorted((a, b) -> order.compare(a.bare(), b.bare()))
                            .limit(query.limit())
                            .toList();
            return complete(handle, page);
        });
    }

    private List<SqlSelect> selects(Handle handle, ImageQuery query) {
        List<String> shared = SqlSelect.sharedIds(handle, query.scope());
        return SqlSelect.forEachVisibility(database.product(), query, shared);
    }

    /** The images of each visibility that may be on a page, null when one of them must be read. */
    private @Nullable List<ImageRecord> knownOf(Handle handle, ImageQuery query) {
        List<SqlSelect> selects = selects(handle, query);
        List<ImageRecord> records = new ArrayList<>();
        if (selects.isEmpty()) {
            return records;
        }
        for (Map.Entry<String, Long> image : SqlSelect.revisions(handle, selects).entrySet()) {
            ImageRecord record = known.find(image.getKey(), image.getValue());
            if (record == null) {
                return null;
            }
            records.add(record);
        }
        return records;
    }

    private List<ImageRecord> complete(Handle handle, List<ImageRow> rows) {
        List<ImageRecord> records = ImageRow.complete(handle, rows);
        for (int i = 0; i < rows.size(); i++) {
            known.put(records.get(i), rows.get(i).revision());
        }
        return records;
    }

    private static Optional<Long> revisionOf(Handle handle, ImageId id) {
        return Database.ask(
                handle,
                "SELECT revision FROM images WHERE id = ?",
                List.of(id.value()),
                rows -> rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty());
    }

    private ImageRecord readLocked(Handle handle, ImageId id) {
        ImageRecord record = read(handle, id, " FOR UPDATE");
        if (record == null) {
            throw new RecordNotFoundException(id);
        }
        return record;
    }

    private @Nullable ImageRecord read(Handle handle, ImageId id, String lock) {
        List<ImageRow> rows =
                handle.createQuery(
                                "SELECT " + ImageRow.COLUMNS + " FROM images i WHERE id = ?" + lock)
                        .bind(0, id.value())
                        .map(ImageRow::read)
                        .list();
        return rows.isEmpty() ? null : complete(handle, rows).getFirst();
    }

    private static boolean isRemoved(Handle handle, ImageId id) {
        return !handle.createQuery("SELECT id FROM removed_images WHERE id = ?")
                .bind(0, id.value())
                .mapTo(String.class)
                .list()
                .isEmpty();
    }

    private static void insert(Handle handle, ImageRecord record) {
        try {
            handle.execute(
                    "INSERT INTO images ("
                            + ImageRow.COLUMNS
                            + ") VALUES (?"
                            + ", ?".repeat(ImageRow.COLUMN_COUNT - 1)
                            + ")",
                    ImageRow.valuesOf(record));
        } catch (UnableToExecuteStatementException failure) {
            if (Database.isIntegrityViolation(failure)) {
                throw new RecordExistsException(record.id());
            }
            throw failure;
        }
        insertProperties(handle, record);
        insertTags(handle, record);
        insertLocations(handle, record);
    }

    private static void write(Handle handle, ImageRecord before, ImageRecord after) {
        List<Object> values = new ArrayList<>(List.of(ImageRow.valuesOf(after)));
        values.add(after.id().value());
        handle.execute(
                "UPDATE images SET "
                        + ImageRow.COLUMNS.replace(", ", " = ?, ")
                        + " = ? WHERE id = ?",
                values.toArray());
        if (!after.attributes().properties().equals(before.attributes().properties())) {
            handle.execute("DELETE FROM image_properties WHERE image_id = ?", after.id().value());
            insertProperties(handle, after);
        }
        if (!after.attributes().tags().equals(before.attributes().tags())) {
            handle.execute("DELETE FROM image_tags WHERE image_id = ?", after.id().value());
            insertTags(handle, after);
        }
        if (!after.locations().equals(before.locations())) {
            handle.execute("DELETE FROM image_locations WHERE image_id = ?", after.id().value());
            insertLocations(handle, after);
        }
    }

    private static void insertProperties(Handle handle, ImageRecord record) {
        PreparedBatch batch =
                handle.prepareBatch(
                        "INSERT INTO image_properties (image_id, property_name, property_value)"
                                + " VALUES (?, ?, ?)");
        for (Map.Entry<String, String> property : record.attributes().properties().entrySet()) {
            batch.add(record.id().value(), property.getKey(), property.getValue());
        }
        batch.execute();
    }

    private static void insertTags(Handle handle, ImageRecord record) {
        PreparedBatch batch =
                handle.prepareBatch("INSERT INTO image_tags (image_id, tag) VALUES (?, ?)");
        for (String tag : record.attributes().tags()) {
            batch.add(record.id().value(), tag);
        }
        batch.execute();
    }

    private static void insertLocations(Handle handle, ImageRecord record) {
        PreparedBatch batch =
                handle.prepareBatch(
                        "INSERT INTO image_locations (image_id, place, store, url, metadata)"
                                + " VALUES (?, ?, ?, ?, ?)");
        for (int place = 0; place < record.locations().size(); place++) {
            ImageLocation location = record.locations().get(place);
            batch.add(
                    record.id().value(),
                    place,
                    location.store(),
                    location.url(),
                    JsonColumn.of(location.metadata()));
        }
        batch.execute();
    }
}
