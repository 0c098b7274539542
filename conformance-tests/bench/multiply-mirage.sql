-- Makes 100 of each image that bench/lists --fill made, in Mirage's tables on MariaDB: the same but for id and time.

CREATE TEMPORARY TABLE copies (PRIMARY KEY (id)) AS
    SELECT UUID() AS id, i.id AS original, i.created_at - seq * 1000000 AS time
    FROM images i JOIN seq_1_to_99 WHERE i.name LIKE 'bench-%';

INSERT INTO images
    (id, name, named, status, visibility, owner, disk_format, container_format, size, virtual_size, settled, checksum,
     os_hash_algo, os_hash_value, protected, os_hidden, min_ram, min_disk, node, imported, import_task, importing_to,
     import_failed, created_at, updated_at, revision)
    SELECT
     c.id, name, named, status, visibility, owner, disk_format, container_format, size, virtual_size, settled, checksum,
     os_hash_algo, os_hash_value, protected, os_hidden, min_ram, min_disk, node, imported, import_task, importing_to,
     import_failed, c.time, c.time, revision
    FROM copies c JOIN images i ON i.id = c.original;
INSERT INTO image_properties (image_id, property_name, property_value)
    SELECT c.id, property_name, property_value FROM copies c JOIN image_properties p ON p.image_id = c.original;
INSERT INTO image_tags (image_id, tag)
    SELECT c.id, tag FROM copies c JOIN image_tags t ON t.image_id = c.original;
ANALYZE TABLE images, image_properties, image_tags;
