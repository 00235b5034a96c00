-- up
alter table users add column full_name text;
create function keep_names() returns trigger language plpgsql as $$
begin
  new.full_name := coalesce(new.full_name, new.name);
  return new;
end $$;
create trigger users_names before insert or update on users for each row execute function keep_names();
-- down
drop trigger users_names on users;
drop function keep_names();
alter table users drop column full_name;
-- new
insert into users (name, full_name) values ('z', 'zz')
