-- before
alter table addresses add column distance numeric(8, 2) not null default 1.25;
-- up
alter table addresses alter column distance type int;
-- down
alter table addresses alter column distance type numeric(8, 2);
-- old
insert into addresses (user_id, street) values (3, 's')
