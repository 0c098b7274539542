-- Image records. Plain SQL that H2, MariaDB and PostgreSQL read alike.
--
-- No column is null, so that each order is total and each index holds every row: an absent text is empty, an absent
-- number is -1. Only a name may be empty and present; the column named tells these two apart.
-- Times are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE images (
    id               VARCHAR(64)  NOT NULL PRIMARY KEY,
    name             VARCHAR(255) NOT NULL,
    named            BOOLEAN      NOT NULL,
    status           VARCHAR(16)  NOT NULL,
    visibility       VARCHAR(16)  NOT NULL,
    owner            VARCHAR(255) NOT NULL,
    disk_format      VARCHAR(32)  NOT NULL,
    container_format VARCHAR(32)  NOT NULL,
    size             BIGINT       NOT NULL,
    virtual_size     BIGINT       NOT NULL,
    settled          BOOLEAN      NOT NULL,
    checksum         VARCHAR(32)  NOT NULL,
    os_hash_value    VARCHAR(128) NOT NULL,
    protected        BOOLEAN      NOT NULL,
    os_hidden        BOOLEAN      NOT NULL,
    min_ram          INTEGER      NOT NULL,
    min_disk         INTEGER      NOT NULL,
    created_at       BIGINT       NOT NULL,
    updated_at       BIGINT       NOT NULL
);

-- Every list asks for one visibility of everybody or of one owner at a time, and for hidden images or the others.
-- The two orders that clients use without being asked: newest first, and by name.
CREATE INDEX images_newest ON images (visibility DESC, os_hidden DESC, created_at DESC, id DESC);
CREATE INDEX images_named ON images (visibility, os_hidden, name, created_at, id);
CREATE INDEX owned_newest ON images (owner DESC, visibility DESC, os_hidden DESC, created_at DESC, id DESC);
CREATE INDEX owned_named ON images (owner, visibility, os_hidden, name, created_at, id);
CREATE INDEX images_checksum ON images (checksum);
CREATE INDEX images_hash ON images (os_hash_value);

CREATE TABLE image_properties (
    image_id       VARCHAR(64)  NOT NULL,
    property_name  VARCHAR(255) NOT NULL,
    property_value TEXT         NOT NULL,
    PRIMARY KEY (image_id, property_name),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

CREATE TABLE image_tags (
    image_id VARCHAR(64)  NOT NULL,
    tag      VARCHAR(255) NOT NULL,
    PRIMARY KEY (image_id, tag),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

CREATE INDEX image_tags_tag ON image_tags (tag, image_id);

-- The ids of removed images, which are never used again.
CREATE TABLE removed_images (
    id VARCHAR(64) NOT NULL PRIMARY KEY
);
