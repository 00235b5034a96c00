-- up
do $$
declare part record;
begin
  for part in select unnest(array['users', 'orders']) as t loop
    execute 'create ' || 'index ' || part.t || '_id_twice on ' || part.t || ' (id)';
  end loop;
end $$;
-- down
drop index users_id_twice, orders_id_twice;
