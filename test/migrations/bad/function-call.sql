-- before
create function upgrade() returns void language plpgsql as $$
begin
  alter table users add column token uuid default gen_random_uuid();
end $$;
-- up
select upgrade();
-- down
alter table users drop column token;
