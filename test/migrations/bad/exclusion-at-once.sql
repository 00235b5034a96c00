-- up
alter table addresses add constraint addresses_apart exclude using gist (int4range(id, id, '[]') with &&);
-- down
alter table addresses drop constraint addresses_apart;
