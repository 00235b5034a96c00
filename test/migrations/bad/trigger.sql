-- up
insert into commands (what) values ('upgrade');
-- down
delete from commands where what = 'upgrade';
alter table orders alter column total type int;
