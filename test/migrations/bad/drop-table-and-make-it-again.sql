-- up
drop table old_imports;
-- down
create table old_imports (id int primary key, payload text);
grant select, insert, update, delete on old_imports to app;
