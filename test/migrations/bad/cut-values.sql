-- up
alter table orders alter column note type varchar(2) using left(note, 2);
-- down
alter table orders alter column note type text;
-- old
insert into orders (user_id, note) values (3, 'p')
