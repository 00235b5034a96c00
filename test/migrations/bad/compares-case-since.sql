-- before
create extension citext;
alter table addresses alter column street type citext;
-- up
alter table addresses alter column street type text;
-- down
alter table addresses alter column street type citext;
-- old
select id from addresses where street = 's3'
insert into addresses (user_id, street) values (3, 's')
