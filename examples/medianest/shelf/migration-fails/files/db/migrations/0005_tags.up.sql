CREATE TABLE tag (
  media_id integer NOT NULL REFERENCES media ON DELETE CASCADE,
  name     text NOT NULL,
  PRIMARY KEY (media_id, name)
);

-- "Nothing in a library is older than the cinema." Frankenstein is.
ALTER TABLE media ADD CONSTRAINT media_not_older_than_cinema CHECK (year >= 1895);
