-- Makes 100 of each image that bench/lists --fill made, in Glance's tables on MariaDB: the same but for id and time.

CREATE TEMPORARY TABLE copies (PRIMARY KEY (id)) AS
    SELECT UUID() AS id, i.id AS original, i.created_at - INTERVAL seq SECOND AS time
    FROM images i JOIN seq_1_to_99 WHERE i.name LIKE 'bench-%';

INSERT INTO images
    (id, name, size, status, created_at, updated_at, deleted, disk_format, container_format, owner, min_disk, min_ram,
     protected, visibility, os_hidden)
    SELECT
     c.id, name, size, status, c.time, c.time, deleted, disk_format, container_format, owner, min_disk, min_ram,
     protected, visibility, os_hidden
    FROM copies c JOIN images i ON i.id = c.original;
INSERT INTO image_properties (image_id, name, value, created_at, deleted)
    SELECT c.id, name, value, c.time, deleted FROM copies c JOIN image_properties p ON p.image_id = c.original;
INSERT INTO image_tags (image_id, value, created_at, deleted)
    SELECT c.id, value, c.time, deleted FROM copies c JOIN image_tags t ON t.image_id = c.original;
ANALYZE TABLE images, image_properties, image_tags;
