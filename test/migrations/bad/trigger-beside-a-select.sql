-- up
create function refuse() returns trigger language plpgsql as $$
begin
  raise exception 'no';
end $$;
create trigger logins_refuse before insert on logins for each row execute function refuse();
-- down
drop trigger logins_refuse on logins;
drop function refuse();
-- old
select user_id from logins where user_id = 3
