-- before
create function slow_country() returns trigger language plpgsql as $$
begin
  lock table audit in share row exclusive mode;
  perform pg_sleep(1.25);
  return new;
end $$;
create trigger countries_slow before update on countries for each row execute function slow_country();
-- up
update countries set name = upper(name);
-- down
alter table countries disable trigger countries_slow;
update countries set name = initcap(name);
alter table countries enable trigger countries_slow;
