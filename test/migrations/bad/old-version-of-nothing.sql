-- up
alter table countries rename column name to title;
-- down
alter table countries rename column title to name;
-- old
select 1
