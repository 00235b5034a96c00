-- up
create table new_imports (id bigint primary key, payload text);

alter table old_imports rename to older_imports;

alter table new_imports rename to old_imports;
