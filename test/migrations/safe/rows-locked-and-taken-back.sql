-- up
do $$ begin
  perform 1 from orders for update;
  raise exception 'never mind';
exception when raise_exception then
  null;
end $$;
select pg_sleep(2.5);
-- down
select 1;
