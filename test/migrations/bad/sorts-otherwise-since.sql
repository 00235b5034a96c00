-- up
alter table addresses alter column street type text collate "C";
-- down
alter table addresses alter column street type text collate "default";
-- old
select id from addresses where street = 's3' order by street
insert into addresses (user_id, street) values (3, 's')
