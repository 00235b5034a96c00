-- up
alter table users alter column status set default 'gone';
-- down
alter table users alter column status set default 'new';
-- old
with made as (insert into users (name) values ('z') returning status) select * from made where status = 'new'
