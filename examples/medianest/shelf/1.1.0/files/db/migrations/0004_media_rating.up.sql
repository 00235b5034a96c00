ALTER TABLE media ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 10);
