-- up
alter table users alter column email type varchar(120) collate "C";
-- down
alter table users alter column email type varchar(120) collate "default";
