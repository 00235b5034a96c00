CREATE TABLE media (
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title    text NOT NULL CHECK (title <> ''),
  kind     text NOT NULL CHECK (kind IN ('film', 'series', 'album', 'book')),
  year     integer CHECK (year BETWEEN 1800 AND 2100),
  added_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX media_by_title ON media (title, id);
