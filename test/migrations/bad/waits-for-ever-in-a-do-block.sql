-- up
do $$
begin
  perform set_config('lock_timeout', '1h', true);
  alter table users add column nickname text;
end $$;
-- down
alter table users drop column nickname;
