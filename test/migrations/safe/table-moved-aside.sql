-- up
create schema attic;
alter table old_imports set schema attic;
-- down
alter table attic.old_imports set schema public;
drop schema attic;
