-- Image records, their members, and the tasks that work on them. Plain SQL that H2, MariaDB and PostgreSQL read alike.
--
-- No column that lists are ordered by is null, so that each order is total and each index holds every row: an absent
-- text is empty, an absent number is -1. Only a name may be empty and present; the column named tells these two apart.
-- Times are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE images (
    id               VARCHAR(64)  ${bytewise} NOT NULL PRIMARY KEY,
    name             VARCHAR(255) ${bytewise} NOT NULL,
    named            BOOLEAN      NOT NULL,
    status           VARCHAR(16)  ${bytewise} NOT NULL,
    visibility       VARCHAR(16)  ${bytewise} NOT NULL,
    owner            VARCHAR(255) ${bytewise} NOT NULL,
    disk_format      VARCHAR(32)  ${bytewise} NOT NULL,
    container_format VARCHAR(32)  ${bytewise} NOT NULL,
    size             BIGINT       NOT NULL,
    virtual_size     BIGINT       NOT NULL,
    settled          BOOLEAN      NOT NULL,
    checksum         VARCHAR(32)  ${bytewise} NOT NULL,
    os_hash_algo     VARCHAR(16)  ${bytewise} NOT NULL,
    os_hash_value    VARCHAR(128) ${bytewise} NOT NULL,
    protected        BOOLEAN      NOT NULL,
    os_hidden        BOOLEAN      NOT NULL,
    min_ram          INTEGER      NOT NULL,
    min_disk         INTEGER      NOT NULL,
    -- The node that moves bytes of this image, empty when none does.
    node             VARCHAR(64)  ${bytewise} NOT NULL,
    -- Of an import: whether there was one, its task while it runs, and names of stores, separated by commas.
    imported         BOOLEAN      NOT NULL,
    import_task      VARCHAR(64)  ${bytewise} NOT NULL,
    importing_to     ${text}      NOT NULL,
    import_failed    ${text}      NOT NULL,
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
CREATE INDEX images_status ON images (status);

CREATE TABLE image_properties (
    image_id       VARCHAR(64)  ${bytewise} NOT NULL,
    property_name  VARCHAR(255) ${bytewise} NOT NULL,
    property_value ${text}      NOT NULL,
    PRIMARY KEY (image_id, property_name),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

CREATE TABLE image_tags (
    image_id VARCHAR(64)  ${bytewise} NOT NULL,
    tag      VARCHAR(255) ${bytewise} NOT NULL,
    PRIMARY KEY (image_id, tag),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

CREATE INDEX image_tags_tag ON image_tags (tag, image_id);

-- Where the bytes of an image are, the first place first. The metadata is a JSON object.
CREATE TABLE image_locations (
    image_id VARCHAR(64)  ${bytewise} NOT NULL,
    place    INTEGER      NOT NULL,
    store    VARCHAR(255) ${bytewise} NOT NULL,
    url      ${text}      NOT NULL,
    metadata ${text}      NOT NULL,
    PRIMARY KEY (image_id, place),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

-- The projects that a shared image is shown to.
CREATE TABLE image_members (
    image_id   VARCHAR(64)  ${bytewise} NOT NULL,
    member     VARCHAR(255) ${bytewise} NOT NULL,
    status     VARCHAR(16)  ${bytewise} NOT NULL,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL,
    PRIMARY KEY (image_id, member),
    FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
);

CREATE INDEX image_members_member ON image_members (member, status, image_id);

-- The ids of removed images, which are never used again.
CREATE TABLE removed_images (
    id VARCHAR(64) ${bytewise} NOT NULL PRIMARY KEY
);
