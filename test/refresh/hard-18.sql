-- What only PostgreSQL 18 has.
CREATE TABLE virtual_one (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL); INSERT INTO virtual_one VALUES (1), (NULL);
CREATE TABLE named_not_null (a int CONSTRAINT must_be NOT NULL, b int); INSERT INTO named_not_null VALUES (1, NULL); ALTER TABLE named_not_null ADD CONSTRAINT not_yet NOT NULL b NOT VALID;
CREATE TABLE not_enforced (a int, CONSTRAINT maybe CHECK (a > 0) NOT ENFORCED); INSERT INTO not_enforced VALUES (-1);
CREATE TABLE in_time (id int4range, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS)); INSERT INTO in_time VALUES ('[1,2)', '[2024-01-01,2025-01-01)');
CREATE TABLE of_time (id int4range, valid daterange, FOREIGN KEY (id, PERIOD valid) REFERENCES in_time); INSERT INTO of_time VALUES ('[1,2)', '[2024-02-01,2024-03-01)');
CREATE TABLE identity_parts (id int GENERATED ALWAYS AS IDENTITY, k int) PARTITION BY LIST (k); CREATE TABLE identity_part_1 PARTITION OF identity_parts FOR VALUES IN (1); INSERT INTO identity_parts (k) VALUES (1), (1);
CREATE COLLATION built_in (provider = builtin, locale = 'C.UTF-8'); CREATE TABLE collated (a text COLLATE built_in); INSERT INTO collated VALUES ('ä');
