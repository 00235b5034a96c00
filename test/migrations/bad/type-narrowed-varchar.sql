-- up
alter table users alter column email type varchar(60);
-- down
alter table users alter column email type varchar(120);
