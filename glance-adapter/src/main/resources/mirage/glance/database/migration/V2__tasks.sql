-- Work in the background, and the nodes that do it.

-- input and result are JSON; expires_at is 0 while a task has not ended; node is empty while nobody works on it.
CREATE TABLE tasks (
    id         VARCHAR(64)  ${bytewise} NOT NULL PRIMARY KEY,
    type       VARCHAR(32)  ${bytewise} NOT NULL,
    status     VARCHAR(16)  ${bytewise} NOT NULL,
    owner      VARCHAR(255) ${bytewise} NOT NULL,
    user_id    VARCHAR(255) ${bytewise} NOT NULL,
    image_id   VARCHAR(64)  ${bytewise} NOT NULL,
    request_id VARCHAR(64)  ${bytewise} NOT NULL,
    input      ${text}      NOT NULL,
    result     ${text}      NOT NULL,
    message    ${text}      NOT NULL,
    node       VARCHAR(64)  ${bytewise} NOT NULL,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL,
    expires_at BIGINT       NOT NULL
);

CREATE INDEX tasks_of_image ON tasks (image_id, created_at, id);
CREATE INDEX tasks_newest ON tasks (created_at, id);
CREATE INDEX tasks_status ON tasks (status, node);

-- The processes that serve, and when each was last alive.
CREATE TABLE nodes (
    name       VARCHAR(64) ${bytewise} NOT NULL PRIMARY KEY,
    alive_at   BIGINT      NOT NULL
);
