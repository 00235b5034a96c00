-- up
do $$
begin
  if exists (select from pg_attribute where attrelid = 'orders'::regclass and attname = 'total') then
    alter table orders alter column total type bigint;
  end if;
end $$;
-- down
alter table orders alter column total type int;
