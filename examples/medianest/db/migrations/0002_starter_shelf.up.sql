-- What every new library begins with. Seeded rows carry a key, rows people add do not.
ALTER TABLE media ADD COLUMN seed_key text UNIQUE;

INSERT INTO media (title, kind, year, seed_key) VALUES
  ('A Trip to the Moon', 'film', 1902, 'starter-1'),
  ('The General', 'film', 1926, 'starter-2'),
  ('Metropolis', 'film', 1927, 'starter-3'),
  ('Twenty Thousand Leagues Under the Sea', 'book', 1870, 'starter-4'),
  ('Frankenstein', 'book', 1818, 'starter-5'),
  ('Rhapsody in Blue', 'album', 1924, 'starter-6');
