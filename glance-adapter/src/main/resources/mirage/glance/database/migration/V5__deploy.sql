-- What images are deployed to, and what is to be removed there.

CREATE TABLE deploy_hosts (
    name       VARCHAR(255) ${bytewise} NOT NULL PRIMARY KEY,
    seen_at    BIGINT       NOT NULL
);

-- Of images that may be deleted by now.
CREATE TABLE deploy_revocations (
    image_id   VARCHAR(64)  ${bytewise} NOT NULL PRIMARY KEY,
    revoked_at BIGINT       NOT NULL
);

-- Hosts that hold nothing of a revoked image any more.
CREATE TABLE deploy_confirmations (
    host       VARCHAR(255) ${bytewise} NOT NULL,
    image_id   VARCHAR(64)  ${bytewise} NOT NULL,
    PRIMARY KEY (host, image_id)
);

CREATE INDEX deploy_confirmations_of_image ON deploy_confirmations (image_id);
