-- up
alter table users add column name_length int generated always as (length(name)) stored;
-- down
alter table users drop column name_length;
