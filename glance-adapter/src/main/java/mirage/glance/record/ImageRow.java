package mirage.glance.record;

import static java.util.Objects.requireNonNull;

import mirage.catalog.ImageId;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A row of the table {@code images}, and the rows of properties and tags that belong to it. Here alone absent values
 * are turned into the columns' stand-ins and back.
 *
 * @param bare the record without properties, tags and locations
 * @param revision another one after each change of the image
 */
record ImageRow(ImageRecord bare, long revision) {
    static final String COLUMNS =
            "id, name, named, status, visibility, owner, disk_format, container_format, size,"
                    + " virtual_size, settled, checksum, os_hash_algo, os_hash_value, protected,"
                    + " os_hidden, min_ram, min_disk, node, imported, import_task, importing_to,"
                    + " import_failed, created_at, updated_at, revision";
    static final int COLUMN_COUNT = COLUMNS.split(",").length;

    /** The values of {@link #COLUMNS}, with a new revision: none that an image had before, nor one restored since. */
    static Object[] valuesOf(ImageRecord record) {
        ImageAttributes attributes = record.attributes();
        ImageData data = record.data();
        ImageImport imported = record.imported();
        return new Object[] {
            record.id().value(),
            orEmpty(attributes.name()),
            attributes.name() != null,
            record.status().wireName(),
            attributes.visibility().wireName(),
            orEmpty(attributes.owner()),
            orEmpty(attributes.diskFormat()),
            orEmpty(attributes.containerFormat()),
            Field.NumberField.SIZE.of(record),
            Field.NumberField.VIRTUAL_SIZE.of(record),
            data != null && data.isSettled(),
            orEmpty(Field.TextField.CHECKSUM.of(record)),
            orEmpty(Field.TextField.OS_HASH_ALGO.of(record)),
            orEmpty(Field.TextField.OS_HASH_VALUE.of(record)),
            attributes.isProtected(),
            attributes.isHidden(),
            attributes.minRam(),
            attributes.minDisk(),
            record.node(),
            imported != null,
            imported == null ? "" : imported.task(),
            imported == null ? "" : String.join(",", imported.importingTo()),
            imported == null ? "" : String.join(",", imported.failed()),
            Microseconds.of(record.createdAt()),
            Microseconds.of(record.updatedAt()),
            ThreadLocalRandom.current().nextLong()
        };
    }

    /** A JDBI row mapper. */
    static ImageRow read(ResultSet row, StatementContext context) throws SQLException {
        ImageAttributes attributes =
                new ImageAttributes.Draft()
                        .name(row.getBoolean("named") ? row.getString("name") : null)
                        .diskFormat(orNull(row.getString("disk_format")))
                        .containerFormat(orNull(row.getString("container_format")))
                        .visibility(
                                Visibility.valueOf(
                                        row.getString("visibility").toUpperCase(Locale.ROOT)))
                        .owner(orNull(row.getString("owner")))
                        .isProtected(row.getBoolean("protected"))
                        .isHidden(row.getBoolean("os_hidden"))
                        .minRam(row.getInt("min_ram"))
                        .minDisk(row.getInt("min_disk"))
                        .build();
        return new ImageRow(
                new ImageRecord(
                        new ImageId(row.getString("id")),
                        attributes,
                        ImageStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                        readData(row),
                        List.of(),
                        readImport(row),
                        row.getString("node"),
                        Microseconds.toInstant(row.getLong("created_at")),
                        Microseconds.toInstant(row.getLong("updated_at"))),
                row.getLong("revision"));
    }

    private static @Nullable ImageData readData(ResultSet row) throws SQLException {
        long size = row.getLong("size");
        if (size == Field.UNKNOWN) {
            return null;
        }
        long virtualSize = row.getLong("virtual_size");
        return new ImageData(
                size,
                virtualSize == Field.UNKNOWN ? null : virtualSize,
                row.getBoolean("settled"),
                orNull(row.getString("checksum")),
                readHash(row));
    }

    private static ImageData.@Nullable Hash readHash(ResultSet row) throws SQLException {
        String algorithm = row.getString("os_hash_algo");
        return algorithm.isEmpty()
                ? null
                : new ImageData.Hash(algorithm, row.getString("os_hash_value"));
    }

    private static @Nullable ImageImport readImport(ResultSet row) throws SQLException {
        return row.getBoolean("imported")
                ? new ImageImport(
                        row.getString("import_task"),
                        listOf(row.getString("importing_to")),
                        listOf(row.getString("import_failed")))
                : null;
    }

    private static List<String> listOf(String names) {
        return names.isEmpty() ? List.of() : List.of(names.split(","));
    }

    /** The records of rows with their properties and tags, in the order of the rows. */
    static List<ImageRecord> complete(Handle handle, List<ImageRow> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<String, ImageAttributes.Draft> drafts = new HashMap<>();
        for (ImageRow row : rows) {
            drafts.put(row.bare.id().value(), row.bare.attributes().draft());
        }
        String ofThese = " WHERE image_id IN (?" + ", ?".repeat(rows.size() - 1) + ")";
        Object[] ids = rows.stream().map(row -> row.bare.id().value()).toArray();
        handle.select(
                        "SELECT image_id, property_name, property_value FROM image_properties"
                                + ofThese,
                        ids)
                .map((row, context) ->
                        draftOf(drafts, row).properties().put(row.getString(2), row.getString(3)))
                .list();
        handle.select("SELECT image_id, tag FROM image_tags" + ofThese, ids)
                .map((row, context) -> draftOf(drafts, row).tags().add(row.getString(2)))
                .list();
        Map<String, List<ImageLocation>> locations = new HashMap<>();
        handle.select(
                        "SELECT image_id, store, url, metadata FROM image_locations"
                                + ofThese
                                + " ORDER BY image_id, place",
                        ids)
                .map((row, context) ->
                        locations
                                .computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                                .add(readLocation(row)))
                .list();
        List<ImageRecord> records = new ArrayList<>();
        for (ImageRow row : rows) {
            ImageRecord bare = row.bare;
            ImageAttributes attributes = requireNonNull(drafts.get(bare.id().value())).build();
            records.add(
                    new ImageRecord(
                            bare.id(),
                            attributes,
                            bare.status(),
                            bare.data(),
                            locations.getOrDefault(bare.id().value(), List.of()),
                            bare.imported(),
                            bare.node(),
                            bare.createdAt(),
                            bare.updatedAt()));
        }
        return records;
    }

    private static ImageAttributes.Draft draftOf(
            Map<String, ImageAttributes.Draft> drafts, ResultSet row) throws SQLException {
        return requireNonNull(drafts.get(row.getString(1)));
    }

    private static ImageLocation readLocation(ResultSet row) throws SQLException {
        return new ImageLocation(
                row.getString(2), row.getString(3), JsonColumn.toMap(row.getString(4)));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
