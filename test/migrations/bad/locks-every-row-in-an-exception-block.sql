-- up
do $$ begin
  perform 1 from orders for update;
exception when others then
  raise;
end $$;
select pg_sleep(2.5);
-- down
select 1;
