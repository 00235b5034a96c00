-- up
do $$ begin
  perform 1 from orders for update;
  update orders set note = 'first' where id = 1;
end $$;
select pg_sleep(2.5);
-- down
update orders set note = 'o1' where id = 1;
