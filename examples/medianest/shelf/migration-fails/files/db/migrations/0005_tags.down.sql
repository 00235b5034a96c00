ALTER TABLE media DROP CONSTRAINT media_not_older_than_cinema;
DROP TABLE tag;
