-- up
drop table old_imports;
-- forward
create table old_imports (id int primary key, payload text);
