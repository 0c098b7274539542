-- A number that is another one after each change of an image, of its properties, tags or locations: who holds a record of
-- the same revision need not read it again.

ALTER TABLE images ADD COLUMN revision BIGINT DEFAULT 0 NOT NULL;
