-- up
do $$
begin
  if not exists (select from pg_attribute where attrelid = 'users'::regclass and attname = 'nickname') then
    alter table users add column nickname text;
  end if;
end $$;
-- down
alter table users drop column nickname;
