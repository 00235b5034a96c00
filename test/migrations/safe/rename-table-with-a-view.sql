-- up
alter table addresses rename to places;
create view addresses as select * from places;
grant select, insert, update, delete on addresses to app;
-- down
drop view addresses;
alter table places rename to addresses;
-- old
select street from addresses where id = 3
insert into addresses (user_id, street) values (3, 's')
