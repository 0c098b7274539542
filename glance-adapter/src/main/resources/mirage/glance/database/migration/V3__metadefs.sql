-- Metadata definitions: what properties mean, by namespace.
--
-- Names differ in case. A text that may be absent is null then; orders put it first, as empty.
-- Ids rise in the order of creation, over all tables; metadef_ids holds the last one. Whoever changes definitions takes
-- that row first, so that changes come one after the other.

CREATE TABLE metadef_ids (
    last_id BIGINT NOT NULL
);

INSERT INTO metadef_ids (last_id) VALUES (0);

CREATE TABLE metadef_namespaces (
    id           BIGINT       NOT NULL PRIMARY KEY,
    name         VARCHAR(80)  ${bytewise} NOT NULL,
    display_name VARCHAR(80)  ${bytewise},
    description  VARCHAR(500) ${bytewise},
    visibility   VARCHAR(16)  ${bytewise} NOT NULL,
    protected    BOOLEAN      NOT NULL,
    owner        VARCHAR(255) ${bytewise} NOT NULL,
    created_at   BIGINT       NOT NULL,
    updated_at   BIGINT       NOT NULL,
    UNIQUE (name)
);

CREATE INDEX metadef_namespaces_newest ON metadef_namespaces (created_at, id);

-- The definition is a JSON object.
CREATE TABLE metadef_properties (
    namespace_id BIGINT      NOT NULL,
    name         VARCHAR(80) ${bytewise} NOT NULL,
    definition   ${text}     NOT NULL,
    PRIMARY KEY (namespace_id, name),
    FOREIGN KEY (namespace_id) REFERENCES metadef_namespaces (id) ON DELETE CASCADE
);

-- Required is a JSON array of names, properties a JSON object of definitions.
CREATE TABLE metadef_objects (
    namespace_id BIGINT      NOT NULL,
    name         VARCHAR(80) ${bytewise} NOT NULL,
    description  ${text},
    required     ${text}     NOT NULL,
    properties   ${text}     NOT NULL,
    created_at   BIGINT      NOT NULL,
    updated_at   BIGINT      NOT NULL,
    PRIMARY KEY (namespace_id, name),
    FOREIGN KEY (namespace_id) REFERENCES metadef_namespaces (id) ON DELETE CASCADE
);

CREATE TABLE metadef_tags (
    id           BIGINT      NOT NULL PRIMARY KEY,
    namespace_id BIGINT      NOT NULL,
    name         VARCHAR(80) ${bytewise} NOT NULL,
    created_at   BIGINT      NOT NULL,
    updated_at   BIGINT      NOT NULL,
    UNIQUE (namespace_id, name),
    FOREIGN KEY (namespace_id) REFERENCES metadef_namespaces (id) ON DELETE CASCADE
);

-- The kinds of things that properties are put on. They stay when no namespace is associated any more.
CREATE TABLE metadef_resource_types (
    id         BIGINT      NOT NULL PRIMARY KEY,
    name       VARCHAR(80) ${bytewise} NOT NULL,
    created_at BIGINT      NOT NULL,
    updated_at BIGINT      NOT NULL,
    UNIQUE (name)
);

CREATE TABLE metadef_associations (
    namespace_id      BIGINT      NOT NULL,
    resource_type_id  BIGINT      NOT NULL,
    prefix            VARCHAR(80) ${bytewise},
    properties_target VARCHAR(80) ${bytewise},
    created_at        BIGINT      NOT NULL,
    updated_at        BIGINT      NOT NULL,
    PRIMARY KEY (namespace_id, resource_type_id),
    FOREIGN KEY (namespace_id) REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
    FOREIGN KEY (resource_type_id) REFERENCES metadef_resource_types (id)
);
